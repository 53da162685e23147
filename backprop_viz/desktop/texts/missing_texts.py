"""Why numbers are not in a recording, as one sentence."""

from backprop_viz.desktop.style.language import translate

# The classes of torch.jit's modules.
_SCRIPTED = frozenset({"RecursiveScriptModule", "TopLevelTracedModule", "TracedModule"})


def not_recorded_text(code: str, name: str) -> str:
    """The sentence for a code of ``Event.missing``; ``name`` is what has no numbers."""
    texts = {
        "left_out": translate(
            "why", "The numbers of {0} are not recorded: its module is not in only=."
        ),
        "functorch": translate(
            "missing",
            "The numbers of {0} are not recorded: it ran within torch.vmap or torch.func, where "
            "tensors have no memory of their own.",
        ),
        "nested": translate(
            "missing",
            "The numbers of {0} are not recorded: it is a nested tensor, whose rows may differ in "
            "length.",
        ),
        "lazy": translate(
            "missing",
            "The numbers of {0} are not recorded: it is lazy, and the first batch makes them.",
        ),
        "fake": translate(
            "missing",
            "The numbers of {0} are not recorded: it is of a tensor class that does not hand them "
            "out.",
        ),
        "no_numbers": translate(
            "missing", "The numbers of {0} are not recorded: torch does not hand them out."
        ),
        "freed": translate(
            "missing",
            "The numbers of {0} are not recorded: fully_shard had freed them when they were to be "
            "copied.",
        ),
        "written_unseen": translate(
            "missing",
            "The numbers of {0} are not recorded: they were written over before they were copied.",
        ),
    }
    unknown = translate("why", "{0} ran, but its numbers could not be recorded.")
    return texts.get(code, unknown).format(name)


def scripted_note() -> str:
    """What is to be known of the recording of a scripted module."""
    return translate(
        "missing",
        "What it computes inside is not recorded: it is scripted and runs outside Python. Its "
        "gradients are.",
    )


def module_note(kind: str) -> str:
    """What is to be known of the recording of a module, by the name of its class; else ""."""
    if kind in _SCRIPTED:
        return scripted_note()
    if kind == "OptimizedModule":
        return translate(
            "missing",
            "It is recorded as it runs uncompiled: compiled, its last digits may differ.",
        )
    return ""
