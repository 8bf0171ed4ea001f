//! Which reader is meant.

use crate::reader::error::ReaderError;

/// The reader of this name, else the one whose name contains it in either case; without a name, the only one.
pub(super) fn choose(wanted: Option<&str>, mut present: Vec<String>) -> Result<String, ReaderError> {
    if present.is_empty() {
        return Err(ReaderError::NoReader);
    }
    let Some(wanted) = wanted else {
        return match present.len() {
            1 => Ok(present.swap_remove(0)),
            _ => Err(ReaderError::Ambiguous { matching: present }),
        };
    };
    if present.iter().any(|name| name == wanted) {
        return Ok(wanted.to_owned());
    }
    let part = wanted.to_lowercase();
    let mut matching: Vec<String> =
        present.iter().filter(|name| name.to_lowercase().contains(&part)).cloned().collect();
    match matching.len() {
        0 => Err(ReaderError::NoSuchReader { wanted: wanted.to_owned(), present }),
        1 => Ok(matching.swap_remove(0)),
        _ => Err(ReaderError::Ambiguous { matching }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present() -> Vec<String> {
        ["Sony FeliCa Port/PaSoRi 00 00", "Virtual PCD 00 00", "Virtual PCD 00 01"]
            .map(str::to_owned)
            .to_vec()
    }

    #[test]
    fn a_full_name_is_taken_as_it_is() {
        assert_eq!(choose(Some("Virtual PCD 00 01"), present()), Ok("Virtual PCD 00 01".into()));
    }

    #[test]
    fn a_part_that_only_one_name_has_is_enough_in_either_case() {
        assert_eq!(choose(Some("pasori"), present()), Ok("Sony FeliCa Port/PaSoRi 00 00".into()));
    }

    #[test]
    fn a_part_that_several_names_have_is_answered_with_those() {
        let matching = vec!["Virtual PCD 00 00".to_owned(), "Virtual PCD 00 01".to_owned()];
        assert_eq!(choose(Some("virtual"), present()), Err(ReaderError::Ambiguous { matching }));
        assert_eq!(choose(None, present()), Err(ReaderError::Ambiguous { matching: present() }));
    }

    #[test]
    fn an_unknown_name_is_answered_with_all_there_are() {
        let error = choose(Some("ACR122"), present()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no reader is called \"ACR122\": choose one of \"Sony FeliCa Port/PaSoRi 00 00\", \
             \"Virtual PCD 00 00\", \"Virtual PCD 00 01\""
        );
    }

    #[test]
    fn without_a_name_the_only_reader_is_meant() {
        assert_eq!(choose(None, vec!["One 00 00".into()]), Ok("One 00 00".into()));
        assert_eq!(choose(None, Vec::new()), Err(ReaderError::NoReader));
        assert_eq!(choose(Some("One"), Vec::new()), Err(ReaderError::NoReader));
    }
}
