//! Signing needs a verified PIN.
use card::Jpki;
use reservation::statement::CompletionStatement;

fn sign(session: &mut Jpki, statement: &CompletionStatement) {
    session.sign(statement);
}

fn main() {}
