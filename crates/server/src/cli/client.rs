//! How operator commands reach the running server: its admin listener, with the token from its file.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::problem::Problem;
use zeroize::Zeroizing;

use super::CliError;
use crate::{Config, files};

/// The running server's admin listener.
pub struct AdminClient {
    base: String,
    token: Zeroizing<String>,
    http: reqwest::Client,
}

impl AdminClient {
    /// The server that runs with these settings.
    ///
    /// # Errors
    /// [`CliError`] if the token cannot be read.
    pub fn of(config: &Config) -> Result<Self, CliError> {
        let path = config.listen.admin.token_file();
        let token = files::read_secret(&path).map_err(|source| CliError::File { path, source })?;
        let token = Zeroizing::new(String::from_utf8_lossy(token.trim_ascii()).into_owned());
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(std::time::Duration::from_secs(30))
            .build()
            .map_err(|error| CliError::Message(error.to_string()))?;
        Ok(Self { base: format!("http://{}", config.listen.admin.address), token, http })
    }

    /// `GET`.
    ///
    /// # Errors
    /// [`CliError`] with what the server said.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CliError> {
        self.answer(self.http.get(self.address(path))).await
    }

    /// `POST` with a JSON body.
    ///
    /// # Errors
    /// [`CliError`] with what the server said.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, CliError> {
        self.answer(self.http.post(self.address(path)).json(body)).await
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn answer<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, CliError> {
        let unreachable = |_| {
            CliError::Message(format!("no server answers at {}; is `jpki-reset serve` running?", self.base))
        };
        let answer = request.bearer_auth(self.token.as_str()).send().await.map_err(unreachable)?;
        let good = answer.status().is_success();
        let body = answer.bytes().await.map_err(unreachable)?;
        let odd = |_| CliError::Message(format!("what answers at {} is not this server", self.base));
        if good {
            return serde_json::from_slice(&body).map_err(odd);
        }
        let problem: Problem = serde_json::from_slice(&body).map_err(odd)?;
        let Problem { title, next_step, instance, .. } = problem;
        Err(CliError::Message(format!("{title}\n  {}\n  {}\n  ({instance})", next_step.en, next_step.ja)))
    }
}
