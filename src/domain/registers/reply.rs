//! Canned replies (S05).

use super::super::field::{Enumeration, Field};
use super::super::id::Id;
use super::super::lifecycle::{Lifecycle, State};
use super::super::record::Record;
use super::super::register::{Identity, Post, Reach, Register, Step, Wait, no_due};
use super::entered;
use super::words::{LANGUAGE, STAGE};

/// Who sees a reply in the picker.
pub static SCOPES: Enumeration = Enumeration {
    name: "scope",
    values: &["mine", "group", "shop"],
};

/// The short code, mostly pinyin initials.
pub const CODE: Field<String> = Field::text("code").indexed();
/// The name in lists.
pub const TITLE: Field<String> = Field::text("title").required();
/// The text, with gaps in braces.
pub const TEXT: Field<String> = Field::long_text("text").required();
/// What it is about.
pub const TOPIC: Field<String> = Field::text("topic");
/// Whose kind of work it belongs to.
pub const STAGE_OF: Field<String> = Field::choice("stage", &STAGE);
/// The step or situation in which it is used.
pub const SCENE: Field<String> = Field::text("scene");
/// Its language.
pub const LANGUAGE_OF: Field<String> = Field::choice("language", &LANGUAGE);
/// From when it holds, milliseconds UTC.
pub const VALID_FROM: Field<i64> = Field::time("valid_from");
/// Until when it holds, milliseconds UTC.
pub const VALID_UNTIL: Field<i64> = Field::time("valid_until");
/// Which wording it is, from 1.
pub const VERSION_NO: Field<i64> = Field::integer("version_no");
/// Who sees it.
pub const SCOPE: Field<String> = Field::choice("scope", &SCOPES);
/// The reply in whose place a proposed wording comes once it is published.
pub const REPLACES: Field<Id> = Field::record("replaces", "reply").hidden();
/// How often it had been used when it was taken over from another program.
pub const USED: Field<i64> = Field::integer("used").hidden();

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("active"),
        State::open("proposed"),
        State::closed("retired"),
    ],
    moves: &[
        ("active", &["proposed", "retired"]),
        ("proposed", &["active", "retired"]),
        ("retired", &["active"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "reply",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        CODE.spec,
        TITLE.spec,
        TEXT.spec,
        TOPIC.spec,
        STAGE_OF.spec,
        SCENE.spec,
        LANGUAGE_OF.spec,
        SCOPE.spec,
        VALID_FROM.spec,
        VALID_UNTIL.spec,
        VERSION_NO.spec,
        USED.spec,
        REPLACES.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["title", "code"],
    subject: &["text"],
    columns: &[
        "code",
        "title",
        "topic",
        "stage",
        "language",
        "scope",
        "valid_until",
    ],
    work: false,
    due: no_due,
    wait,
    watches: &[],
};

/// A reply proposed to the shop waits for somebody who may approve it (002 L31).
fn wait(record: &Record) -> Wait {
    let step = (record.state == "proposed").then_some(Step::Approve);
    Wait {
        ours: false,
        post: Post::General,
        step,
        since: entered(record),
    }
}
