//! Golden vectors of card facts §3.1, every day there is, and whatever is typed.

use super::*;

fn six(year: u16, month: u8, day: u8) -> String {
    let date = EraDate::from_gregorian(year, month, day).unwrap();
    String::from_utf8(date.birth_six().as_bytes().to_vec()).unwrap()
}

#[test]
fn birth_dates_at_the_edges_of_eras_have_the_digits_that_cards_take() {
    for (year, month, day, digits) in [
        (1912, 7, 29, "450729"),
        (1912, 7, 30, "010730"),
        (1926, 12, 24, "151224"),
        (1926, 12, 25, "011225"),
        (1980, 2, 17, "550217"),
        (1989, 1, 7, "640107"),
        (1989, 1, 8, "010108"),
        (2019, 4, 30, "310430"),
        (2019, 5, 1, "010501"),
    ] {
        assert_eq!(six(year, month, day), digits, "{year}-{month}-{day}");
    }
}

#[test]
fn a_day_of_another_era_is_refused_in_either_direction() {
    for (era, year, month, day) in [
        (Era::Showa, 64, 1, 8),
        (Era::Heisei, 1, 1, 7),
        (Era::Heisei, 31, 5, 1),
        (Era::Reiwa, 1, 4, 30),
        (Era::Taisho, 15, 12, 25),
        (Era::Showa, 1, 12, 24),
        (Era::Meiji, 45, 7, 30),
        (Era::Taisho, 1, 7, 29),
        (Era::Showa, 99, 1, 1),
    ] {
        assert_eq!(EraDate::new(era, year, month, day), Err(DateError::NotInEra), "{era:?} {year}");
        assert_eq!(BirthSix::from_era(era, year, month, day), Err(DateError::NotInEra));
    }
}

#[test]
fn a_day_that_no_month_has_is_refused() {
    for (year, month, day) in
        [(55, 2, 30), (55, 4, 31), (55, 13, 1), (55, 0, 1), (55, 1, 0), (56, 2, 29), (55, 1, 255)]
    {
        assert_eq!(EraDate::new(Era::Showa, year, month, day), Err(DateError::NoSuchDay), "{month} {day}");
    }
    assert!(EraDate::new(Era::Showa, 55, 2, 29).is_ok(), "1980 was a leap year");
    assert!(EraDate::new(Era::Heisei, 12, 2, 29).is_ok(), "and 2000");
    assert_eq!(EraDate::from_gregorian(2100, 2, 29), Err(DateError::NoSuchDay));
}

#[test]
fn years_that_two_digits_or_the_gregorian_calendar_do_not_tell_are_refused() {
    assert_eq!(EraDate::new(Era::Reiwa, 0, 5, 1), Err(DateError::OutOfRange));
    assert_eq!(EraDate::new(Era::Reiwa, 100, 5, 1), Err(DateError::OutOfRange));
    assert!(EraDate::new(Era::Reiwa, 99, 5, 1).is_ok());
    assert_eq!(EraDate::from_gregorian(2118, 1, 1), Err(DateError::OutOfRange));
    assert_eq!(EraDate::from_gregorian(u16::MAX, 1, 1), Err(DateError::OutOfRange));
    assert_eq!(EraDate::new(Era::Meiji, 5, 12, 31), Err(DateError::OutOfRange));
    assert!(EraDate::new(Era::Meiji, 6, 1, 1).is_ok());
    assert_eq!(EraDate::from_gregorian(1872, 12, 31), Err(DateError::OutOfRange));
}

#[test]
fn a_date_is_printed_as_on_a_card_with_the_first_year_as_gannen() {
    let printed = |year, month, day| EraDate::from_gregorian(year, month, day).unwrap().printed();
    assert_eq!(printed(1980, 2, 17), "昭和55年2月17日");
    assert_eq!(printed(2019, 5, 1), "令和元年5月1日");
    assert_eq!(printed(2020, 12, 31), "令和2年12月31日");
}

#[test]
fn six_digits_are_taken_as_they_stand_in_either_width() {
    assert_eq!(BirthSix::from_digits("800217").unwrap().as_bytes(), b"800217");
    assert_eq!(BirthSix::from_digits("５５０２１７").unwrap().as_bytes(), b"550217");
    for entry in ["", "55021", "5502170", "550217\n", "55-217", " 550217", "五五〇二一七", "٥٥٠٢١٧"]
    {
        assert_eq!(BirthSix::from_digits(entry), Err(NotSixDigits), "{entry}");
    }
}

#[test]
fn the_digits_forget_the_era() {
    let fifth_years =
        [Era::Showa, Era::Heisei, Era::Reiwa].map(|era| BirthSix::from_era(era, 5, 3, 4).unwrap());
    assert!(fifth_years.iter().all(|six| six.as_bytes() == b"050304"));
}

#[test]
fn debug_prints_nothing_of_a_birth_date() {
    let date = EraDate::new(Era::Showa, 55, 2, 17).unwrap();
    assert_eq!(format!("{date:?} {:?}", date.birth_six()), "EraDate(…) BirthSix(…)");
}

/// Every day from 1873-01-01 to 2117-12-31, each followed by the next.
fn every_day() -> impl Iterator<Item = Day> {
    (1873u16..=2117)
        .flat_map(|year| (1..=12u8).flat_map(move |month| (1..=31u8).map(move |day| (year, month, day))))
        .filter(|(year, month, day)| *day <= days_in_month(*year, *month))
}

#[test]
fn the_calendar_has_as_many_days_as_centuries_count() {
    // 245 years, of which 59 are leap years: 1876 to 2116 by fours are 61, without 1900 and 2100.
    assert_eq!(every_day().count(), 245 * 365 + 59);
}

#[test]
fn every_day_has_one_era_date_that_leads_back_to_it_and_eras_only_ever_begin() {
    let mut last = Era::Meiji;
    for (year, month, day) in every_day() {
        let date = EraDate::from_gregorian(year, month, day).unwrap();
        assert_eq!(EraDate::new(date.era(), date.year_in_era(), month, day), Ok(date));
        assert_eq!(era_of(date.gregorian()), Ok(date));
        assert!(last <= date.era());
        last = date.era();
        let others = Era::ALL.into_iter().filter(|era| *era != date.era());
        for era in others.filter(|era| year >= era.first_year() && year - era.first_year() < 99) {
            let year_in_era = u8::try_from(year - era.first_year() + 1).unwrap();
            let refused = EraDate::new(era, year_in_era, month, day);
            assert!(refused.is_err(), "{year}-{month}-{day} is in {era:?} too");
        }
    }
    assert_eq!(last, Era::Reiwa);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_named_what_is_accepted_exists_and_says_it_again(
            era in prop::sample::select(Era::ALL.to_vec()),
            year in any::<u8>(), month in 0u8..=14, day in 0u8..=33,
        ) {
            if let Ok(date) = EraDate::new(era, year, month, day) {
                let BirthDate { year: western, month: m, day: d } = date.gregorian();
                prop_assert_eq!((date.era(), date.year_in_era(), m, d), (era, year, month, day));
                prop_assert!(d >= 1 && d <= days_in_month(western, m));
                let digits = format!("{year:02}{month:02}{day:02}");
                let six = date.birth_six();
                prop_assert_eq!(six.as_bytes().as_slice(), digits.as_bytes());
                prop_assert_eq!(BirthSix::from_digits(&digits), Ok(six));
            }
        }

        #[test]
        fn no_entry_makes_anything_but_six_ascii_digits(entry in any::<String>()) {
            if let Ok(six) = BirthSix::from_digits(&entry) {
                prop_assert!(six.as_bytes().iter().all(u8::is_ascii_digit));
                prop_assert_eq!(entry.chars().count(), 6);
            }
        }

        #[test]
        fn any_numbers_at_all_are_a_day_or_an_error(year in any::<u16>(), month in any::<u8>(), day in any::<u8>()) {
            if let Ok(date) = EraDate::from_gregorian(year, month, day) {
                let same = date.gregorian() == BirthDate { year, month, day };
                prop_assert!(same);
                prop_assert!((1..=99).contains(&date.year_in_era()));
            }
        }
    }
}
