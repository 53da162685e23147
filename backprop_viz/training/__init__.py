"""The built-in stepper, the tutorial's loop: losses, optimizers, data, schedules, checkpoints."""
