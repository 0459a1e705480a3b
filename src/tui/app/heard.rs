//! What the workstation does when its threads have something to say.

use super::Workstation;
use crate::tui::road::RoadNews;
use crate::tui::run::Effects;
use crate::tui::theme::Ink;

impl Workstation {
    /// Says what the road over the shared folder has to say.
    pub(super) fn heard(&mut self, news: RoadNews, effects: &mut Effects) {
        match news {
            RoadNews::Taken => {}
            RoadNews::Broke(problem) => {
                let (reason, _) = self.words.problem(&problem);
                self.say("road-broke", &[("reason", reason.into())], Ink::Warn);
            }
            RoadNews::Healed => self.say("road-healed", &[], Ink::Ok),
            RoadNews::Done { sent, new } => {
                let counts = [("sent", sent.into()), ("new", new.into())];
                self.say("road-done", &counts, Ink::Ok);
            }
            RoadNews::PassedOver(count, file, problem) => {
                let (reason, _) = self.words.problem(&problem);
                let args = [
                    ("count", count.into()),
                    ("file", file.into()),
                    ("reason", reason.into()),
                ];
                self.say("road-passed-over", &args, Ink::Warn);
            }
        }
        self.reread(effects);
    }
}
