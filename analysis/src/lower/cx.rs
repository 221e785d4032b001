//! What lowering carries along: the file, the output so far, and the small lowerings everyone needs.
