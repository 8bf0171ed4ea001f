//! Bytes from anywhere: nothing panics, and nothing but the genuine is accepted.

use std::sync::OnceLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use trust::{SurfaceAnchors, SurfaceParts, verify_surface};

use super::issued::{Content, Surface, anchors};
use crate::hostile::mutation;

fn pinned() -> &'static SurfaceAnchors {
    static PINNED: OnceLock<SurfaceAnchors> = OnceLock::new();
    PINNED.get_or_init(anchors)
}

fn genuine() -> &'static [Surface; 2] {
    static GENUINE: OnceLock<[Surface; 2]> = OnceLock::new();
    GENUINE.get_or_init(|| {
        [Content::of_hanako(), Content::of_another()].map(|content| Surface::genuine(&content))
    })
}

#[test]
fn no_byte_of_a_surface_can_be_changed() {
    let surface = &genuine()[0];
    for part in 0..5 {
        let length = surface.clone().parts_mut()[part].len();
        for at in 0..length {
            let mut changed = surface.clone();
            changed.parts_mut()[part][at] ^= 1 << (at % 8);
            assert!(verify_surface(&changed.parts(), pinned()).is_err(), "part {part}, byte {at}");
        }
    }
}

#[test]
fn parts_of_two_genuine_cards_make_a_surface_only_where_they_are_the_same() {
    let [hanako, another] = genuine();
    for mask in 0..1u8 << 5 {
        let mut mixed = hanako.clone();
        let mut other = another.clone();
        for (part, (to, from)) in mixed.parts_mut().into_iter().zip(other.parts_mut()).enumerate() {
            if mask & (1 << part) != 0 {
                to.clone_from(from);
            }
        }
        // The municipality's certificate is the same on both.
        let whole = matches!(mask & 0b01111, 0 | 0b01111);
        assert_eq!(verify_surface(&mixed.parts(), pinned()).is_ok(), whole, "{mask:05b}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_surface_panic(parts in vec(vec(any::<u8>(), 0..600), 5)) {
        let surface = SurfaceParts {
            holder: &parts[0],
            pictures: &parts[1],
            portrait: &parts[2],
            signature: &parts[3],
            certificate: &parts[4],
        };
        prop_assert!(verify_surface(&surface, pinned()).is_err());
    }

    #[test]
    fn a_changed_surface_is_accepted_only_if_it_is_the_genuine_one(
        changes in vec((0..5usize, mutation()), 1..5),
        from in any::<Index>(),
    ) {
        let original = from.get(genuine());
        let mut changed = original.clone();
        for (part, mutation) in &changes {
            mutation.apply(changed.parts_mut()[*part]);
        }
        if verify_surface(&changed.parts(), pinned()).is_ok() {
            let mut original = original.clone();
            prop_assert_eq!(changed.parts_mut(), original.parts_mut());
        }
    }
}
