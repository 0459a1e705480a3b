//! The one list of commands: what a person can do with a key.
//!
//! Key map, palette, generated help and the hint rows all walk this list, so a
//! command that is not here cannot be bound and one that is here can be found.

/// A place in which keys are looked up, innermost first.
///
/// What is in front names its own place first and the wider ones after it:
/// the reply picker asks `[Replies, Picker, Any]`, a text field puts
/// [`Context::Text`] before everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere, asked last.
    Any,
    /// The screen with queue, timeline, composer and side panel.
    Desk,
    /// Any list of rows with a cursor.
    List,
    /// The entries of a record, scrolled.
    Timeline,
    /// The draft of a reply.
    Composer,
    /// The side panel with its leaves.
    Side,
    /// A text field has the caret: bare characters are text.
    Text,
    /// A text field has the caret and its line is empty.
    EmptyLine,
    /// Any form of fields.
    Form,
    /// A small menu whose rows are chosen by digit.
    Menu,
    /// A list under a filter that takes digits as text.
    Picker,
    /// F2.
    Capture,
    /// F2 with a pasted chat.
    Paste,
    /// F3.
    Find,
    /// F4.
    Replies,
    /// The steps of an order note.
    Note,
    /// The after-sale form.
    AfterSale,
    /// F7.
    FollowUp,
    /// F10 of the one who leaves.
    Handover,
    /// F10 of the one who takes over.
    Takeover,
    /// The board.
    Board,
    /// The review of a day.
    Review,
    /// A meeting.
    Meeting,
    /// Figures of a day, a week and a month.
    Figures,
    /// The printing desk.
    Printing,
    /// Any register as a table.
    Tables,
    /// A table whose records people open themselves.
    ByHand,
    /// The line by which a list is narrowed.
    Filter,
    /// Unfolded and contradictions.
    Held,
    /// Files that were dropped on the window.
    Import,
    /// A step of the first run that waits for files.
    Drop,
    /// The files of such a step, to be taken in.
    Dropped,
    /// What an act would do with all that is marked.
    Bulk,
    /// One record of any register.
    Record,
    /// The palette.
    Palette,
    /// A message that waits for a key.
    Message,
    /// The plain screen to copy from.
    Plain,
    /// A request that the person at the desk may approve or refuse.
    CaseDecide,
    /// The steps of a request that was submitted.
    CaseSteps,
    /// Words among ourselves.
    Remark,
    /// The settings.
    Settings,
    /// The plan of the day.
    Plan,
    /// A notice that the person at the desk must read.
    Notice,
    /// The rows behind a figure.
    Rows,
}

/// Every context with its name in `keys.toml`.
pub const CONTEXTS: &[(Context, &str)] = &[
    (Context::Any, "any"),
    (Context::Desk, "desk"),
    (Context::List, "list"),
    (Context::Timeline, "timeline"),
    (Context::Composer, "composer"),
    (Context::Side, "side"),
    (Context::Text, "text"),
    (Context::EmptyLine, "empty_line"),
    (Context::Form, "form"),
    (Context::Menu, "menu"),
    (Context::Picker, "picker"),
    (Context::Capture, "capture"),
    (Context::Paste, "paste"),
    (Context::Find, "find"),
    (Context::Replies, "replies"),
    (Context::Note, "note"),
    (Context::AfterSale, "after_sale"),
    (Context::FollowUp, "follow_up"),
    (Context::Handover, "handover"),
    (Context::Takeover, "takeover"),
    (Context::Board, "board"),
    (Context::Review, "review"),
    (Context::Meeting, "meeting"),
    (Context::Figures, "figures"),
    (Context::Printing, "printing"),
    (Context::Tables, "tables"),
    (Context::ByHand, "by_hand"),
    (Context::Filter, "filter"),
    (Context::Held, "held"),
    (Context::Import, "import"),
    (Context::Drop, "drop"),
    (Context::Dropped, "dropped"),
    (Context::Bulk, "bulk"),
    (Context::Record, "record"),
    (Context::Palette, "palette"),
    (Context::Message, "message"),
    (Context::Plain, "plain"),
    (Context::CaseDecide, "case_decide"),
    (Context::CaseSteps, "case_steps"),
    (Context::Remark, "remark"),
    (Context::Settings, "settings"),
    (Context::Plan, "plan"),
    (Context::Notice, "notice"),
    (Context::Rows, "rows"),
];

impl Context {
    /// Its name in `keys.toml`.
    pub fn name(self) -> &'static str {
        CONTEXTS
            .iter()
            .find(|(context, _)| *context == self)
            .map_or("any", |(_, name)| name)
    }

    /// Whether it says only what kind of place something is, not which.
    pub fn is_a_kind(self) -> bool {
        matches!(self, Self::List | Self::Form | Self::Menu | Self::Picker)
    }

    /// Whether it is one place and not a sort of them, nor everywhere.
    pub fn is_particular(self) -> bool {
        !self.is_a_kind() && !matches!(self, Self::Any | Self::Text | Self::EmptyLine)
    }

    /// Whether something is written in it: a form, or what something new is recorded with. Each
    /// is named: one that is new is judged by whoever adds it.
    pub const fn writes(self) -> bool {
        match self {
            Self::Form
            | Self::Composer
            | Self::Capture
            | Self::Paste
            | Self::Replies
            | Self::Note
            | Self::AfterSale
            | Self::FollowUp
            | Self::Handover
            | Self::Takeover
            | Self::Printing
            | Self::Import
            | Self::Drop
            | Self::Dropped
            | Self::Bulk
            | Self::Review
            | Self::Meeting
            | Self::CaseDecide
            | Self::CaseSteps
            | Self::Remark
            | Self::Record => true,
            Self::Any
            | Self::Desk
            | Self::List
            | Self::Timeline
            | Self::Side
            | Self::Text
            | Self::EmptyLine
            | Self::Menu
            | Self::Picker
            | Self::Find
            | Self::Board
            | Self::Figures
            | Self::Tables
            | Self::ByHand
            | Self::Filter
            | Self::Held
            | Self::Palette
            | Self::Message
            | Self::Settings
            | Self::Plan
            | Self::Notice
            | Self::Rows
            | Self::Plain => false,
        }
    }

    /// The context of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        CONTEXTS
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(context, _)| *context)
    }
}

macro_rules! commands {
    ($($variant:ident $name:literal [$($context:ident)*];)*) => {
        /// Something that a person can ask for; its words are `command-NAME`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)] // each one's doc line is a translated message
        pub enum Command { $($variant),* }

        impl Command {
            /// All of them, in the order of palette and help.
            pub const ALL: &'static [Command] = &[$(Command::$variant),*];

            /// Its name in `keys.toml`.
            pub const fn name(self) -> &'static str {
                match self { $(Command::$variant => $name),* }
            }

            /// Where it can be used.
            pub const fn contexts(self) -> &'static [Context] {
                match self { $(Command::$variant => &[$(Context::$context),*]),* }
            }
        }
    };
}

commands! {
    // The function keys.
    Help "help" [Any];
    Capture "capture" [Any];
    Find "find" [Any];
    Replies "replies" [Any];
    Note "note" [Any];
    AfterSale "after_sale" [Any];
    FollowUp "follow_up" [Any];
    Finish "finish" [Any];
    Copy "copy" [Any];
    Handover "handover" [Any];
    Screens "screens" [Any];
    // What is done with an item.
    Remark "remark" [Any];
    Transfer "transfer" [Any];
    Escalate "escalate" [Any];
    Claim "claim" [Any];
    Snooze "snooze" [Any];
    Promise "promise" [Any];
    Remind "remind" [Any];
    Tag "tag" [Any];
    No "no" [Any];
    Why "why" [Any];
    Undo "undo" [Any];
    Sync "sync" [Any];
    TextBlock "text_block" [Any];
    Away "away" [Any];
    NextItem "next_item" [Any];
    NextStep "next_step" [Any];
    Reception "reception" [Any];
    // Moving.
    Next "next" [List Menu Picker Timeline Palette];
    Previous "previous" [List Menu Picker Timeline Palette];
    PageDown "page_down" [List Timeline Picker Composer Notice];
    PageUp "page_up" [List Timeline Picker Composer Notice];
    First "first" [List Timeline];
    Last "last" [List Timeline];
    Open "open" [List Menu Picker Palette];
    Expand "expand" [List];
    Collapse "collapse" [List];
    Back "back" [Any];
    NextPane "next_pane" [Any];
    PreviousPane "previous_pane" [Any];
    NextLeaf "next_leaf" [Side];
    PreviousLeaf "previous_leaf" [Side];
    Mark "mark" [List];
    MarkAll "mark_all" [List];
    MarkNext "mark_next" [List];
    MarkPrevious "mark_previous" [List];
    Delete "delete" [List];
    View0 "view_0" [List];
    View1 "view_1" [List];
    View2 "view_2" [List];
    View3 "view_3" [List];
    View4 "view_4" [List];
    Choose1 "choose_1" [Menu Picker];
    Choose2 "choose_2" [Menu Picker];
    Choose3 "choose_3" [Menu Picker];
    Choose4 "choose_4" [Menu Picker];
    Choose5 "choose_5" [Menu Picker];
    Choose6 "choose_6" [Menu Picker];
    Choose7 "choose_7" [Menu Picker];
    Choose8 "choose_8" [Menu Picker];
    Choose9 "choose_9" [Menu Picker];
    // Forms and text.
    NextField "next_field" [Form];
    PreviousField "previous_field" [Form];
    NextMissing "next_missing" [Form];
    PreviousMissing "previous_missing" [Form];
    ValueNext "value_next" [Form Replies];
    ValuePrevious "value_previous" [Form Replies];
    Toggle "toggle" [Form];
    Unfold "unfold" [Form];
    Newline "newline" [Composer Remark];
    CopyText "copy_text" [Any];
    Paste "paste" [Any];
    YankNumber "yank_number" [Any];
    YankOrder "yank_order" [Any];
    YankAddress "yank_address" [Any];
    YankLast "yank_last" [Any];
    SelectAll "select_all" [Text];
    Cut "cut" [Text];
    Redo "redo" [Text];
    // Single screens.
    SwapSides "swap_sides" [Paste];
    EditField "edit_field" [Capture];
    Accept "accept" [Capture Paste Find Replies Import Bulk Message Filter];
    AddReply "add_reply" [Replies];
    DropReply "drop_reply" [Replies];
    NextScope "next_scope" [Replies];
    ReplyLanguage "reply_language" [Replies];
    Reword "reword" [Replies];
    StepDone "step_done" [Note Timeline];
    StepBack "step_back" [Note];
    Unchanged "unchanged" [Handover];
    AllUnchanged "all_unchanged" [Handover];
    AddNotice "add_notice" [Handover];
    Take "take" [Takeover];
    TakeAll "take_all" [Takeover];
    Acknowledge "acknowledge" [Printing];
    AcknowledgeAll "acknowledge_all" [Printing];
    Details "details" [Held];
    NewRecord "new_record" [ByHand];
    ChooseView "choose_view" [Desk Tables];
    Filter "filter" [Desk Tables];
    KeepView "keep_view" [Filter];
    ExportRows "export_rows" [Board Figures Rows];
    DayReview "day_review" [Any];
    Meeting "meeting" [Any];
    AddAction "add_action" [Meeting];
    // Only in the palette, or menus.
    ScreenDesk "screen_desk" [Any];
    ScreenBoard "screen_board" [Any];
    ScreenPrinting "screen_printing" [Any];
    ScreenTables "screen_tables" [Any];
    ScreenFigures "screen_figures" [Any];
    ScreenHeld "screen_held" [Any];
    ScreenSheet "screen_sheet" [Any];
    ScreenImport "screen_import" [Any];
    ScreenSettings "screen_settings" [Any];
    SignIn "sign_in" [Any];
    SignOut "sign_out" [Any];
    Reveal "reveal" [Desk Side Find];
    Link "link" [Any];
    Merge "merge" [Any];
    Split "split" [Any];
    Attach "attach" [Any];
    Erase "erase" [Any];
    Admit "admit" [Any];
    Verify "verify" [Any];
    BackUp "back_up" [Any];
    StartCard "start_card" [Any];
    CheckTerminal "check_terminal" [Any];
    GuidedShift "guided_shift" [Any];
    MustRead "must_read" [Any];
    LookBack "look_back" [Any];
    ChangePerson "change_person" [Any];
    Lock "lock" [Any];
    StopWork "stop_work" [Any];
    Messages "messages" [Any];
    ToggleMouse "toggle_mouse" [Any];
    NextLanguage "next_language" [Any];
    NextTheme "next_theme" [Any];
    Redraw "redraw" [Any];
    Palette "palette" [Any];
    Suspend "suspend" [Any];
    Quit "quit" [Any];
}

/// What a command does to what is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// It moves and shows and never acts, whatever is in front.
    Looks,
    /// It opens something to look at, and nothing to write with.
    Opens,
    /// It is about the window and who sits before it, not about what is recorded.
    Window,
    /// It acts in what is in front, or on what holds now: whoever takes it decides what is written.
    Acts,
    /// It is for recording and for nothing else.
    Writes,
}

impl Command {
    /// The command of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|command| command.name() == name)
    }

    /// Id of its doc line in the words.
    pub fn doc_id(self) -> String {
        format!("command-{}", self.name())
    }

    /// True when it can be used in one of these contexts.
    pub fn works_in(self, stack: &[Context]) -> bool {
        self.contexts()
            .iter()
            .any(|context| *context == Context::Any || stack.contains(context))
    }

    /// What it does to what is recorded. Each is named: one that is new is judged by whoever
    /// adds it.
    #[rustfmt::skip] // a row of them is read at a glance
    pub const fn touch(self) -> Touch {
        match self {
            Self::Capture | Self::Note | Self::AfterSale | Self::FollowUp | Self::Finish
            | Self::Handover | Self::Remark | Self::Transfer | Self::Escalate | Self::Claim
            | Self::Snooze | Self::Promise | Self::Remind | Self::Attach | Self::Tag | Self::Link
            | Self::Merge | Self::Split | Self::Erase | Self::Reveal | Self::NextStep
            | Self::Reception => Touch::Writes,
            Self::Next | Self::Previous | Self::PageDown | Self::PageUp | Self::First | Self::Last
            | Self::View0 | Self::View1 | Self::View2 | Self::View3 | Self::View4
            | Self::Choose1 | Self::Choose2 | Self::Choose3 | Self::Choose4 | Self::Choose5
            | Self::Choose6 | Self::Choose7 | Self::Choose8 | Self::Choose9
            | Self::Open | Self::Expand | Self::Collapse | Self::Back | Self::NextItem
            | Self::NextPane | Self::PreviousPane | Self::NextLeaf | Self::PreviousLeaf
            | Self::Mark | Self::MarkAll | Self::MarkNext | Self::MarkPrevious
            | Self::ChooseView | Self::Filter | Self::Accept | Self::Details
            | Self::Newline => Touch::Looks,
            Self::Find | Self::Screens | Self::ScreenDesk | Self::ScreenBoard | Self::ScreenTables
            | Self::ScreenSheet | Self::ScreenImport | Self::ScreenHeld | Self::YankNumber
            | Self::YankOrder | Self::YankLast => Touch::Opens,
            Self::Help | Self::Palette | Self::Messages | Self::NextTheme | Self::NextLanguage
            | Self::ToggleMouse | Self::Redraw | Self::Suspend | Self::Sync | Self::StopWork
            | Self::Away | Self::Lock | Self::ChangePerson | Self::SignIn | Self::SignOut
            | Self::Quit => Touch::Window,
            Self::Replies | Self::Copy | Self::No | Self::Why | Self::Undo | Self::TextBlock
            | Self::Delete | Self::NextField | Self::PreviousField | Self::NextMissing
            | Self::PreviousMissing | Self::ValueNext | Self::ValuePrevious | Self::Toggle
            | Self::Unfold | Self::CopyText | Self::Paste | Self::YankAddress | Self::SelectAll
            | Self::Cut | Self::Redo | Self::SwapSides | Self::EditField | Self::AddReply
            | Self::DropReply | Self::NextScope | Self::ReplyLanguage | Self::Reword
            | Self::StepDone | Self::StepBack | Self::Unchanged | Self::AllUnchanged
            | Self::AddNotice | Self::Take | Self::TakeAll | Self::Acknowledge | Self::AcknowledgeAll | Self::NewRecord
            | Self::KeepView | Self::ExportRows | Self::ScreenFigures | Self::ScreenPrinting | Self::ScreenSettings
            | Self::Admit | Self::Verify | Self::BackUp | Self::StartCard | Self::CheckTerminal | Self::GuidedShift
            | Self::MustRead | Self::LookBack | Self::DayReview | Self::Meeting
            | Self::AddAction => Touch::Acts,
        }
    }

    /// Whether it is for nothing but recording: there is no use in it where nothing can be written.
    pub const fn writes(self) -> bool {
        matches!(self.touch(), Touch::Writes)
    }

    /// Whether it does something with the item on the desk at once, or opens what does not show
    /// that item: there is no use in it where something stands in front of the desk.
    pub const fn is_of_item(self) -> bool {
        matches!(
            self,
            Self::Claim
                | Self::Transfer
                | Self::Escalate
                | Self::Finish
                | Self::NextStep
                | Self::Link
                | Self::Merge
                | Self::Split
                | Self::Tag
                | Self::Remark
                | Self::Erase
                | Self::Attach
                | Self::YankNumber
                | Self::YankOrder
                | Self::YankAddress
                | Self::YankLast
        )
    }

    /// The row that a choosing command names, from 1.
    pub fn choice(self) -> Option<usize> {
        numbered(self, "choose_")
    }

    /// How many rows a walk through a list goes; to its ends farther than any list is long.
    pub fn steps(self) -> Option<isize> {
        match self {
            Self::Next => Some(1),
            Self::Previous => Some(-1),
            Self::PageDown => Some(PAGE),
            Self::PageUp => Some(-PAGE),
            Self::First => Some(isize::MIN / 2),
            Self::Last => Some(isize::MAX / 2),
            _ => None,
        }
    }

    /// The view that a view command names, from 0.
    pub fn view(self) -> Option<usize> {
        numbered(self, "view_")
    }
}

/// How many rows a page of a list is.
const PAGE: isize = 10;

fn numbered(command: Command, prefix: &str) -> Option<usize> {
    command.name().strip_prefix(prefix)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_lead_back() {
        let names: HashSet<_> = Command::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), Command::ALL.len());
        for command in Command::ALL {
            assert_eq!(Command::from_name(command.name()), Some(*command));
        }
        for (context, name) in CONTEXTS {
            assert_eq!(Context::from_name(name), Some(*context));
            assert_eq!(context.name(), *name);
        }
    }

    #[test]
    fn numbered_commands_know_their_number() {
        assert_eq!(Command::Choose3.choice(), Some(3));
        assert_eq!(Command::View0.view(), Some(0));
        assert_eq!(Command::Capture.choice(), None);
    }
}
