//! Lifecycles: the states of a record and the moves between them.

/// One state.
#[derive(Debug)]
pub struct State {
    /// The word that travels.
    pub name: &'static str,
    /// Whether work on the record is over.
    pub closed: bool,
    /// Whether a record ends in it that was merged into another of its kind.
    pub merged: bool,
}

impl State {
    /// Declares a state in which work goes on.
    pub const fn open(name: &'static str) -> Self {
        Self {
            name,
            closed: false,
            merged: false,
        }
    }

    /// Declares a state in which work is over.
    pub const fn closed(name: &'static str) -> Self {
        Self {
            name,
            closed: true,
            merged: false,
        }
    }

    /// Declares that a record ends in this state when it is merged into another of its kind: it
    /// says nothing of what became of the matter.
    #[must_use]
    pub const fn of_merged(self) -> Self {
        Self {
            merged: true,
            ..self
        }
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

    /// Returns the states in which a record may end from a state.
    pub fn ends(&self, from: &str) -> Vec<&'static str> {
        let next = self.successors(from).iter().copied();
        next.filter(|state| self.is_closed(state)).collect()
    }

    /// Returns the state in which a record ends that is merged into another; none where records
    /// are not merged, because each of their ends says something of its own.
    pub fn end_of_merged(&self) -> Option<&'static str> {
        let end = self.states.iter().find(|state| state.merged);
        end.map(|state| state.name)
    }

    /// Returns whether the lifecycle knows a state.
    pub fn knows(&self, name: &str) -> bool {
        self.states.iter().any(|state| state.name == name)
    }
}
