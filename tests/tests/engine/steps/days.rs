//! One user's transactions that move from day to day.

use proptest::prelude::*;
use proptest::sample::select;

use super::{Action, DATES, Details, Edit, Step};

/// One user's transactions move from day to day, so that in one batch days lose some and gain others.
pub(super) fn day_step() -> impl Strategy<Value = Step> {
    let date = || select(&DATES[..]);
    let number = || 0..30_usize;
    let create = date().prop_map(|date| {
        let details = Details {
            amount: "1",
            date: Some(date),
            ..Details::default()
        };
        Action::Credit(0, None, Some(0), details)
    });
    let redate = (number(), date()).prop_map(|(transaction, date)| {
        let edit = Edit {
            date: Some(date),
            ..Edit::default()
        };
        Action::Edit(transaction, edit)
    });
    let action = prop_oneof![
        4 => create,
        6 => redate,
        1 => number().prop_map(Action::Void),
        1 => number().prop_map(Action::Restore),
    ];
    action.prop_map(Step::of)
}
