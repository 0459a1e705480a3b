//! Lifecycles: the states of a record and the moves between them.

/// One state.
#[derive(Debug)]
pub struct State {
    /// The word that travels.
    pub name: &'static str,
    /// Whether work on the record is over.
    pub closed: bool,
}

impl State {
    /// Declares a state in which work goes on.
    pub const fn open(name: &'static str) -> Self {
        Self {
            name,
            closed: false,
        }
    }

    /// Declares a state in which work is over.
    pub const fn closed(name: &'static str) -> Self {
        Self { name, closed: true }
    }
}

/// The states of a register, the first of which is where records begin.
#[derive(Debug)]
pub struct Lifecycle {
    /// All states.
    pub states: &'static [State],
    /// Each state's legal successors.
    pub moves: &'static [(&'static str, &'static [&'static str])],
}

impl Lifecycle {
    /// Returns the state in which records begin.
    pub fn initial(&self) -> &'static str {
        self.states.first().map_or("open", |state| state.name)
    }

    /// Returns whether a record may go from one state to another.
    pub fn allows(&self, from: &str, to: &str) -> bool {
        self.successors(from).contains(&to)
    }

    /// Returns where a record may go from a state.
    pub fn successors(&self, from: &str) -> &'static [&'static str] {
        self.moves
            .iter()
            .find(|(state, _)| *state == from)
            .map_or(&[], |(_, to)| to)
    }

    /// Returns whether work is over in a state; an unknown state counts as open, so that
    /// nothing falls out of sight.
    pub fn is_closed(&self, name: &str) -> bool {
        self.states
            .iter()
            .any(|state| state.name == name && state.closed)
    }

    /// Returns whether the lifecycle knows a state.
    pub fn knows(&self, name: &str) -> bool {
        self.states.iter().any(|state| state.name == name)
    }
}
