//! What the two users may do, for `user NAME on >PASSWORD …` in redis.conf or an ACL file. The tests run as them.

/// The rules of the user that reads and commits: our keys, and no command that is not needed. No `SCRIPT`, `CONFIG`,
/// `DEBUG` or `RESTORE`.
pub const LEDGER: &str = "~jpki-reset:1:* resetchannels -@all +eval +evalsha +get +getrange +set +del +type \
    +rpush +ltrim +lrange +persist +pexpireat +zadd +zrange +time +info +ping +select";

/// The rules of the auditor, who reads the server's settings and no key.
pub const AUDITOR: &str = "resetkeys resetchannels -@all +info +config|get +ping +select";
