"""The planted bugs, by the promise that they break."""
