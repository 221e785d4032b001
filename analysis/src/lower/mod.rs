//! From a file's text to its intermediate representation; the only place that knows syn.
