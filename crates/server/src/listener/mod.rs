//! The three listeners: app, kiosk, admin. Each has its own port, identity check, budget and document.
//!
//! | module | idea |
//! |---|---|
//! | [`app`], [`kiosk`], [`admin`] | what one listener serves, and how it is bound |
//! | `served` | what each worker of a listener serves |
//! | [`frame`] | what happens round every request: id, route, rate, deadline, problem, log line, count |
//! | `last_words` | the answer to a request whose body was not read to its end |
//! | `own_headers` | a request's headers apart from what came after them |
//! | [`routes`] | which paths and methods a listener has |
//! | [`tls`] | certificates and keys of the TLS listeners |

/// Applies a budget to a server. A macro, because a server's type names its whole application.
macro_rules! bounded {
    ($server:expr, $budget:expr, $patience:expr, $workers:expr) => {
        $server
            .workers($budget.workers($workers))
            .max_connections($budget.max_connections(1024))
            .max_connection_rate($budget.max_handshakes())
            .client_request_timeout($budget.head_timeout())
            .client_disconnect_timeout(std::time::Duration::from_secs(2))
            .tls_handshake_timeout(std::time::Duration::from_secs(3))
            .keep_alive(std::time::Duration::from_secs(30))
            .shutdown_timeout($patience.as_secs())
            .disable_signals()
    };
}

pub mod admin;
pub mod app;
pub mod frame;
pub mod kiosk;
mod last_words;
mod own_headers;
pub mod routes;
mod served;
pub mod tls;
