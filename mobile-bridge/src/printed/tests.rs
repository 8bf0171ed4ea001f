//! Every form in which the printed fields are typed, and every one that is refused.

use proptest::prelude::*;
use reservation::calendar::{Era, EraDate};

use super::*;

fn six(entry: &str) -> String {
    let birth = PrintedBirth::parse(entry).unwrap_or_else(|refused| panic!("{entry}: {refused}"));
    birth.into_six().as_bytes().map(char::from).iter().collect()
}

fn refused(entry: &str) -> BirthDateRefused {
    PrintedBirth::parse(entry).map(drop).expect_err(entry)
}

fn year(entry: &str) -> Result<u16, ExpiryRefused> {
    ExpiryYear::parse(entry).map(ExpiryYear::get)
}

#[test]
fn an_era_date_is_understood_in_every_form_it_is_typed_in() {
    for entry in [
        "昭和55年2月17日",
        "昭和55年 2月17日生",
        "昭和５５年２月１７日",
        "昭和55年02月17日生まれ",
        "昭和55.2.17",
        "昭和55-2-17",
        "昭和55/2/17",
        "昭和５５．２．１７",
        "昭和５５・２・１７",
        "昭和55ー2ー17",
        "昭和550217",
        "昭55.2.17",
        "㍼55年2月17日",
        "S55.2.17",
        "s55.2.17",
        "Ｓ５５．２．１７",
        "ｓ５５－２－１７",
        "S.55.2.17",
        "S 55 . 2 . 17",
        "s550217",
        "Showa 55.2.17",
        "昭和55年2月17",
        "\u{3000}昭和\u{3000}55年\u{3000}2月\u{3000}17日\u{3000}",
    ] {
        assert_eq!(six(entry), "550217", "{entry}");
    }
}

#[test]
fn the_first_year_of_an_era_is_gannen_or_one() {
    for entry in
        ["平成元年1月8日", "平成1年1月8日", "H1.1.8", "平元.1.8", "H元年1月8日", "h010108", "㍻元年1月8日"]
    {
        assert_eq!(six(entry), "010108", "{entry}");
    }
    for entry in ["令和1-5-1", "令和元年5月1日", "R1.5.1", "㋿元年5月1日", "令元.5.1"] {
        assert_eq!(six(entry), "010501", "{entry}");
    }
}

#[test]
fn the_edges_of_the_eras_are_those_of_the_facts() {
    for (entry, digits) in [
        ("大正15年12月24日", "151224"),
        ("昭和元年12月25日", "011225"),
        ("昭和64年1月7日", "640107"),
        ("平成元年1月8日", "010108"),
        ("平成31年4月30日", "310430"),
        ("令和元年5月1日", "010501"),
        ("1926-12-24", "151224"),
        ("1926-12-25", "011225"),
        ("1989-01-07", "640107"),
        ("1989-01-08", "010108"),
        ("2019-04-30", "310430"),
        ("2019-05-01", "010501"),
    ] {
        assert_eq!(six(entry), digits, "{entry}");
    }
}

#[test]
fn a_western_date_means_its_era_date_and_is_shown_as_that() {
    for entry in [
        "1980-02-17",
        "1980年2月17日",
        "１９８０年２月１７日",
        "1980/2/17",
        "1980.2.17",
        "19800217",
        "1980−2−17",
    ] {
        let birth = PrintedBirth::parse(entry).unwrap();
        assert!(matches!(birth, PrintedBirth::Western(_)), "{entry}");
        assert_eq!(words::birth(&birth).ja, "昭和55年2月17日（西暦1980-02-17）");
        assert_eq!(words::birth(&birth).en, "S55.2.17 (Showa) (western: 1980-02-17)");
        assert!(words::birth_caution(&birth).is_some());
        assert_eq!(birth.into_six().as_bytes(), b"550217");
    }
    let birth = PrintedBirth::parse("H1.1.8").unwrap();
    assert_eq!(words::birth(&birth).ja, "平成元年1月8日");
    assert!(words::birth_caution(&birth).is_none());
}

#[test]
fn a_day_that_the_era_did_not_have_is_refused_with_the_day_it_was() {
    let is = |named, era, year, month, day| {
        let is = EraDate::new(era, year, month, day).ok();
        assert!(is.is_some());
        BirthDateRefused::NotInEra { named, is }
    };
    assert_eq!(refused("昭和64年1月8日"), is(Era::Showa, Era::Heisei, 1, 1, 8));
    assert_eq!(refused("昭和元年12月24日"), is(Era::Showa, Era::Taisho, 15, 12, 24));
    assert_eq!(refused("平成元年1月7日"), is(Era::Heisei, Era::Showa, 64, 1, 7));
    assert_eq!(refused("H31.5.1"), is(Era::Heisei, Era::Reiwa, 1, 5, 1));
    assert_eq!(refused("令和元年4月30日"), is(Era::Reiwa, Era::Heisei, 31, 4, 30));
    let words = words::birth_refused(&refused("昭和64年1月8日"));
    assert_eq!(
        words.ja,
        "昭和にこの日はありません（平成元年1月8日にあたります）。カードを見直してください。"
    );
    assert_eq!(words.en, "Showa had no such day: it was H1.1.8 (Heisei). Look at the card again.");
}

#[test]
fn days_that_never_were_are_refused() {
    for entry in
        ["昭和55年2月30日", "昭和56年2月29日", "S55.13.1", "S55.0.1", "S55.1.0", "1981-02-29", "19810229"]
    {
        assert_eq!(refused(entry), BirthDateRefused::NoSuchDay, "{entry}");
    }
    for entry in ["昭和0年1月1日", "1872-12-31", "平成112年1月1日", "9999-01-01"] {
        assert!(
            matches!(refused(entry), BirthDateRefused::OutOfRange | BirthDateRefused::NotADate),
            "{entry}: {:?}",
            refused(entry)
        );
    }
    assert_eq!(refused("昭和0年1月1日"), BirthDateRefused::OutOfRange);
    assert_eq!(refused("1872-12-31"), BirthDateRefused::OutOfRange);
}

#[test]
fn a_short_year_without_its_era_could_be_any_of_three_and_is_refused() {
    for entry in ["55年2月17日", "5.2.17", "550217", "元年1月8日", "０５０２１７"] {
        assert_eq!(refused(entry), BirthDateRefused::EraMissing, "{entry}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for entry in [
        "",
        " ",
        "昭和",
        "S",
        "1980",
        "昭和55年",
        "昭和55年2月",
        "昭和五十五年二月十七日",
        "S5502177",
        "S55217",
        "昭和1980年2月17日",
        "S1980.2.17",
        "980-02-17",
        "1980-002-17",
        "1980-2-17x",
        "x1980-2-17",
        "1980-2-17-3",
        "1980--2-17",
        "Q55.2.17",
        "17 Feb 1980",
        "99999999999999999999999999999999999999",
    ] {
        assert_eq!(refused(entry), BirthDateRefused::NotADate, "{entry}");
    }
    assert_eq!(refused(&"昭和55年2月17日".repeat(100_000)), BirthDateRefused::NotADate);
}

#[test]
fn six_digits_are_taken_as_a_guess_only_where_they_are_asked_for() {
    for entry in ["800217", "８００２１７", " 80 02 17 "] {
        let birth = PrintedBirth::guess(entry).unwrap();
        let caution = words::birth_caution(&birth).unwrap();
        assert!(caution.ja.contains("推測") && caution.en.contains("a guess"));
        assert!(!words::birth(&birth).en.contains("800217"));
        assert_eq!(birth.into_six().as_bytes(), b"800217");
    }
    for entry in ["", "80021", "8002170", "S55217", "80-02-17", "八〇〇二一七"] {
        assert!(PrintedBirth::guess(entry).is_err(), "{entry}");
    }
}

#[test]
fn the_expiry_year_is_taken_from_a_year_or_a_whole_date() {
    for entry in [
        "2035",
        "２０３５",
        "2035年",
        "２０３５年",
        "2035年2月17日",
        "2035年2月17日まで有効",
        "２０３５年２月１７日まで",
        "2035-02-17",
        "2035/2/17",
        "20350217",
        "令和17年",
        "令和17年2月17日",
        "令和17",
        "R17",
        "r17.2.17",
        "平成47年",
        " 2035 年 ",
    ] {
        assert_eq!(year(entry), Ok(2035), "{entry}");
    }
    assert_eq!(year("平成30年"), Ok(2018));
    assert_eq!((year("2016"), year("2099")), (Ok(2016), Ok(2099)));
}

#[test]
fn what_no_card_prints_as_its_last_year_is_refused_with_its_reason() {
    for entry in ["35", "35年", "３５年", "035"] {
        assert_eq!(year(entry), Err(ExpiryRefused::TwoDigits), "{entry}");
    }
    for entry in ["2015", "2100", "1980", "昭和55年", "0000", "令和99年"] {
        assert_eq!(year(entry), Err(ExpiryRefused::OutOfRange), "{entry}");
    }
    for entry in ["2035年2月30日", "20351301", "令和17年2月29日"] {
        assert_eq!(year(entry), Err(ExpiryRefused::NoSuchDay), "{entry}");
    }
    for entry in ["", "20355", "二〇三五年", "令和", "令和0年", "2035x", "x2035", "令和2035年", "まで有効"]
    {
        assert_eq!(year(entry), Err(ExpiryRefused::NotAYear), "{entry}");
    }
}

#[test]
fn a_security_code_is_four_digits_of_either_width() {
    for entry in ["2285", "２２８５", " 22 85 ", "２２\u{3000}８５"] {
        // EXPOSE: to see what was understood.
        assert_eq!(security_code(entry.into()).unwrap().expose(), b"2285", "{entry}");
    }
    for entry in ["", "228", "22855", "22B5", "二二八五", "-228"] {
        assert_eq!(security_code(entry.into()).map(drop), Err(SecurityCodeFormat), "{entry}");
    }
}

#[test]
fn the_worked_example_of_the_facts_gives_the_fourteen_digits_a_card_took() {
    let fields = PrintedFields {
        birth: PrintedBirth::parse("昭和５５年２月１７日").unwrap(),
        expiry: ExpiryYear::parse("2035年2月17日まで有効").unwrap(),
        security_code: security_code("２２８５".into()).unwrap(),
    };
    // EXPOSE: to compare it.
    assert_eq!(fields.into_code().expose(), b"55021720352285");
}

#[test]
fn nothing_of_the_printed_fields_is_printed_by_debug() {
    let fields = |birth| PrintedFields {
        birth,
        expiry: ExpiryYear::parse("2035").unwrap(),
        security_code: security_code("2285".into()).unwrap(),
    };
    let births = [PrintedBirth::parse("S55.2.17"), PrintedBirth::parse("1980-02-17")];
    for birth in births.map(Result::unwrap).into_iter().chain([PrintedBirth::guess("800217").unwrap()]) {
        let debug = format!("{:?}", fields(birth));
        assert!(!debug.contains(|shown: char| shown.is_ascii_digit()), "{debug}");
    }
}

proptest! {
    #[test]
    fn whatever_is_typed_nothing_panics_and_what_is_taken_is_six_digits(entry in any::<String>()) {
        if let Ok(birth) = PrintedBirth::parse(&entry) {
            words::birth(&birth);
            prop_assert!(birth.into_six().as_bytes().iter().all(u8::is_ascii_digit));
        }
        let _ = ExpiryYear::parse(&entry);
        let _ = PrintedBirth::guess(&entry);
        let _ = security_code(entry);
    }

    #[test]
    fn near_dates_are_taken_or_refused_but_never_misread(
        era in prop::sample::select(vec!["", "昭和", "S", "平成", "h", "令和", "大正", "ｒ"]),
        year in 0_u16..2100,
        month in 0_u8..15,
        day in 0_u8..35,
        mark in prop::sample::select(vec!["-", ".", "/", "・", "ー"]),
    ) {
        if let Ok(birth) = PrintedBirth::parse(&format!("{era}{year}{mark}{month}{mark}{day}")) {
            let digits = *birth.into_six().as_bytes();
            let digits = String::from_utf8(digits.to_vec()).unwrap();
            prop_assert_eq!(&digits[2..], format!("{month:02}{day:02}"));
            if !era.is_empty() {
                prop_assert_eq!(&digits[..2], format!("{year:02}"));
            }
        }
    }

    #[test]
    fn every_day_that_is_printed_is_understood_as_it_is_printed(days in 0_u32..56_000) {
        let day = time::Date::from_calendar_date(1873, time::Month::January, 1).unwrap()
            + time::Duration::days(days.into());
        let date =
            EraDate::from_gregorian(u16::try_from(day.year()).unwrap(), day.month().into(), day.day()).unwrap();
        let western = PrintedBirth::parse(&day.to_string()).unwrap();
        let era = PrintedBirth::parse(&date.printed()).unwrap();
        prop_assert!(era.into_six() == date.birth_six());
        prop_assert!(western.into_six() == date.birth_six());
    }
}
