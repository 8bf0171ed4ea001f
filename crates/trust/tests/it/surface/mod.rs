//! Surfaces of cards: a *simulated* hierarchy of one root and two municipalities, and what is accepted under it.

mod anchors;
mod corpus;
mod genuine;
mod hostile;
mod issued;
mod opinion;
mod test_card;
