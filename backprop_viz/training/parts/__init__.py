"""The parts that a trainer is put together from: network, loss, optimizer."""
