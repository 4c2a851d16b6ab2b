//! Hides credentials in what a server says while it is given them. Owns which sentences are the servers' own.
//!
//! Secrets are looked for only in sentences that are not known: the words of a known one are the server's, and masking `pair` in
//! "invalid username-password pair" would tell a password. A proxy may put anything into a sentence of its own.

/// How the known servers begin what they say during a handshake. Behind these words stands nothing but a command's name.
const KNOWN: [&str; 13] = [
    "WRONGPASS invalid username-password pair or user is disabled",
    "WRONGPASS invalid username-password pair",
    "NOAUTH Authentication required",
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> \
     option can be used to authenticate the client and select the RESP protocol version at the same time",
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> \
     option can be used to authenticate the client and select the RESP protocol version at the same time",
    "NOPERM this user has no permissions to run the ",
    "ERR invalid password",
    "ERR Client sent AUTH, but no password is set",
    "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration \
     is correct?",
    "ERR max number of clients reached",
    "ERR wrong number of arguments for 'auth' command",
    "ERR DB index is out of range",
    "LOADING Redis is loading the dataset in memory",
];

/// What stands for a line that holds a secret.
const HIDDEN: &str = "(the server's text is not shown: it repeats a credential)";

/// `line` without `secrets`: where one is quoted, `***` stands in its place. Where one stands alone among other words, the text is
/// left out as a whole, since masking a word would tell it.
pub(crate) fn without_secrets(line: &str, secrets: &[&str]) -> String {
    let known = KNOWN.iter().find(|known| line.starts_with(**known)).map_or(0, |known| known.len());
    let (own, rest) = line.split_at(known);
    let secrets = secrets.iter().copied().filter(|secret| !secret.is_empty());
    let mut clean = rest.to_owned();
    for secret in secrets.clone() {
        for quote in ['\'', '"', '`'] {
            clean = clean.replace(&format!("{quote}{secret}{quote}"), &format!("{quote}***{quote}"));
        }
        clean = clean.replace(&format!("NOPERM User {secret} has"), "NOPERM User *** has");
    }
    if !secrets.clone().any(|secret| stands_alone(&clean, secret)) {
        return own.to_owned() + &clean;
    }
    match line.split(' ').next().filter(|code| is_code(code) && secrets.clone().all(|secret| secret != *code))
    {
        Some(code) => format!("{code} {HIDDEN}"),
        None => HIDDEN.to_owned(),
    }
}

/// An error's first word, which is one of the servers' list.
fn is_code(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Whether `word` is in `line`, and not inside of a longer word by chance.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_the_words_of_a_known_sentence_alone() {
        for line in KNOWN {
            for word in line.split(' ') {
                assert_eq!(without_secrets(line, &[word]), line);
            }
        }
    }

    #[test]
    fn hides_a_credential_in_a_sentence_that_is_not_known() {
        for (line, shown) in [
            ("ERR bad 'hunter2' for \"u\"", "ERR bad '***' for \"***\""),
            ("ERR hunter2", &*format!("ERR {HIDDEN}")),
            ("hunter2 is wrong", HIDDEN),
            ("ERR it's u:hunter2", &*format!("ERR {HIDDEN}")),
            ("ERR unusual hunter22", "ERR unusual hunter22"),
        ] {
            assert_eq!(without_secrets(line, &["hunter2", "u", ""]), shown);
        }
    }

    #[test]
    fn hides_a_code_that_is_the_secret() {
        for (line, secret) in [("pair", "pair"), ("HUNTER no", "HUNTER")] {
            assert_eq!(without_secrets(line, &[secret]), HIDDEN);
        }
    }

    #[test]
    fn hides_the_user_whose_right_is_missing_and_no_other_word() {
        let refusal = "NOPERM User user has no permissions to run the 'client|setname' command";
        let shown = "NOPERM User *** has no permissions to run the 'client|setname' command";
        assert_eq!(without_secrets(refusal, &["user"]), shown);
    }
}
