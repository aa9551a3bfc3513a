"""The one place that runs Graphviz: DOT in, bytes out, in a child process."""
