"""What a recording tells: provenance, explanations, optimizer rules, graph layout. numpy only."""
