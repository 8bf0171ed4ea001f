//! What every transport with a My Number Card behind it must do with the surface application, as checks beside those of
//! [`crate::contract`]. [`surface_contract!`](crate::surface_contract) makes one test of each.
