//! PINs and keys that wipe themselves and cannot be printed, cloned, compared or serialised.
