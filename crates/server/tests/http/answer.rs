//! What came back, and what every problem must look like.

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use server::problem::table;
use wire::problem::{Problem, ProblemType};

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads an answer whole.
    pub async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    /// The body of a success.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert!((200..300).contains(&self.status), "{self}");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem, checked against what every problem must be.
    #[track_caller]
    pub fn problem(&self) -> Problem {
        let problem: Problem =
            serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"));
        let kind = problem.problem_type().unwrap_or_else(|| panic!("unknown kind: {self}"));
        let entry = table::entry(kind);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self}");
        assert_eq!(problem.status, self.status);
        assert_eq!(entry.status.as_u16(), self.status, "{self}");
        assert_eq!((problem.next_step.ja.as_str(), problem.next_step.en.as_str()), (entry.ja, entry.en));
        let id = self.header("x-request-id").expect("a request id");
        assert_eq!(problem.instance, format!("urn:uuid:{id}"));
        let waits = matches!(self.status, 429 | 503);
        assert_eq!(self.header("retry-after").is_some(), waits, "{self}");
        if let Some(wait) = self.header("retry-after") {
            assert!(wait.parse::<u32>().unwrap() > 0);
        }
        assert_eq!(self.header("www-authenticate").is_some(), self.status == 401, "{self}");
        assert_eq!(self.header("allow").is_some(), self.status == 405, "{self}");
        problem
    }

    /// The kind of the problem.
    #[track_caller]
    pub fn refused(&self) -> ProblemType {
        self.problem().problem_type().unwrap()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}
