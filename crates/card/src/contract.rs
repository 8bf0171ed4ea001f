//! What every transport with a My Number Card behind it must do.
