//! Structures and enums of the rules, mirrored field by field.

/// The stored form of a structure: a map of its fields' names.
macro_rules! form_struct {
    ($stored:ident = $ty:ty { $($field:ident : $field_ty:ty),* $(,)? }) => {
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $stored {
            $(pub(crate) $field: <$field_ty as $crate::forms::Form>::Stored,)*
        }

        impl $crate::forms::Element for $ty {}

        impl $crate::forms::Form for $ty {
            type Stored = $stored;

            fn to_stored(&self) -> Self::Stored {
                let Self { $($field,)* } = self;
                $stored { $($field: $crate::forms::Form::to_stored($field),)* }
            }

            fn from_stored(stored: Self::Stored) -> Result<Self, $crate::forms::DecodeError> {
                Ok(Self { $($field: $crate::forms::Form::from_stored(stored.$field)?,)* })
            }
        }

        #[cfg(test)]
        impl $crate::forms::tests::Sample for $ty {
            fn sample(draw: &mut $crate::forms::tests::Draw) -> Self {
                Self { $($field: $crate::forms::tests::Sample::sample(draw),)* }
            }
        }
    };
}

/// The stored form of an enum: a map of one variant's name and a map of its fields' names. A variant with one
/// nameless value gives it a name here.
macro_rules! form_enum {
    ($stored:ident = $ty:ty {
        $($variant:ident $({ $($field:ident : $field_ty:ty),* $(,)? })? $(( $inner:ident : $inner_ty:ty ))?),* $(,)?
    }) => {
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) enum $stored {
            $($variant {
                $($($field: <$field_ty as $crate::forms::Form>::Stored,)*)?
                $($inner: <$inner_ty as $crate::forms::Form>::Stored,)?
            },)*
        }

        impl $crate::forms::Element for $ty {}

        impl $crate::forms::Form for $ty {
            type Stored = $stored;

            fn to_stored(&self) -> Self::Stored {
                match self {
                    $(Self::$variant { $($($field,)*)? $(0: $inner,)? } => $stored::$variant {
                        $($($field: $crate::forms::Form::to_stored($field),)*)?
                        $($inner: $crate::forms::Form::to_stored($inner),)?
                    },)*
                }
            }

            fn from_stored(stored: Self::Stored) -> Result<Self, $crate::forms::DecodeError> {
                Ok(match stored {
                    $($stored::$variant { $($($field,)*)? $($inner,)? } => Self::$variant {
                        $($($field: $crate::forms::Form::from_stored($field)?,)*)?
                        $(0: $crate::forms::Form::from_stored($inner)?,)?
                    },)*
                })
            }
        }

        #[cfg(test)]
        impl $crate::forms::tests::Sample for $ty {
            fn sample(draw: &mut $crate::forms::tests::Draw) -> Self {
                let variants: &[fn(&mut $crate::forms::tests::Draw) -> Self] = &[
                    $(|_draw| Self::$variant {
                        $($($field: $crate::forms::tests::Sample::sample(_draw),)*)?
                        $(0: <$inner_ty as $crate::forms::tests::Sample>::sample(_draw),)?
                    },)*
                ];
                variants[draw.below(variants.len())](draw)
            }
        }
    };
}

/// The stored form of an enum without values: a word.
macro_rules! form_word {
    ($ty:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $crate::forms::Form for $ty {
            type Stored = String;

            fn to_stored(&self) -> String {
                match self {
                    $($ty::$variant => $word,)*
                }
                .to_owned()
            }

            fn from_stored(stored: String) -> Result<Self, $crate::forms::DecodeError> {
                match stored.as_str() {
                    $($word => Ok($ty::$variant),)*
                    _ => Err($crate::forms::DecodeError::Value),
                }
            }
        }

        #[cfg(test)]
        impl $crate::forms::tests::Sample for $ty {
            fn sample(draw: &mut $crate::forms::tests::Draw) -> Self {
                let variants = [$($ty::$variant,)*];
                variants[draw.below(variants.len())]
            }
        }
    };
}
