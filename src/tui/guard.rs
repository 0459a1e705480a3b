//! The terminal, taken and given back: raw mode, alternate screen, bracketed
//! paste, mouse; signals; and what is left after a crash.
//!
//! One of the three files that know the operating system.

use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::fs;
use std::io::{self, IsTerminal as _, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
#[cfg(unix)]
use std::time::Duration;
use std::time::Instant;

use ratatui::backend::Backend as _;
use ratatui::crossterm::cursor::{MoveRight, MoveTo, RestorePosition, SavePosition, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use ratatui::crossterm::queue;
use ratatui::crossterm::style::{Attribute, Print, SetAttribute};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode, size as terminal_size,
};
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal};

use super::clipboard::{Clipboard, Copied, Pasted, Surroundings};
#[cfg(unix)]
use super::keys::Decoder;
use super::pen::Pen;
use super::run::{Outbox, RawSignal, Surface};
use super::theme::is_poor;
use super::workers::thread_failed;
use crate::config::{Config, Paste};
use crate::problem::{Kind, Problem};
use crate::text::clean;
use crate::text::width::{self, Ambiguous};

/// The terminal is ours at the moment; a crash anywhere asks this.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Mouse reporting is on.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Where the cursor rests while nothing has the caret.
const REST: Position = Position::ORIGIN;

/// Has the system give memory in small pages, where it would give large ones: a start touches many
/// places and little at each, and a large page is emptied whole. Fails nowhere: large pages are
/// only slower.
pub fn prefer_small_pages() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Puts the window's title aside, and back.
const KEEP_TITLE: &str = "\x1b[22;2t";
const GIVE_TITLE_BACK: &str = "\x1b[23;2t";

/// Reports presses, drags and the wheel, with numbers of any size. Not every motion: over a
/// slow line that is a flood of which nothing is used.
#[cfg(unix)]
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Makes the sentence for a person from the path of the crash file.
pub type CrashWords = Box<dyn Fn(&Path) -> String + Send + Sync>;

/// How the terminal is taken.
pub struct Options {
    /// Mouse reporting.
    pub mouse: bool,
    /// Folder for crash files, which hold no personal data.
    pub crashes: PathBuf,
    /// The sentence after a crash.
    pub crash_words: CrashWords,
    /// The clipboard.
    pub clipboard: Clipboard,
}

/// True where the terminal marks no paste, so that fast runs of keys must be joined.
pub fn marks_no_paste() -> bool {
    cfg!(windows) || is_poor(std::env::var("TERM").ok().as_deref())
}

/// True where fast runs of keys are joined, by the person's wish or by what is known of the
/// terminal.
pub fn joins_bursts(wish: Paste) -> bool {
    match wish {
        Paste::Auto => marks_no_paste(),
        Paste::Marked => false,
        Paste::Joined => true,
    }
}

/// The terminal while it is ours; dropping it gives it back.
pub struct Guard {
    terminal: Terminal<Pen<Held>>,
    out: Held,
    clipboard: Clipboard,
}

impl Guard {
    /// Takes the terminal.
    pub fn take(options: Options) -> Result<Self, Problem> {
        let no_terminal = |error: io::Error| {
            Problem::new(Kind::Refused, "tui-no-terminal")
                .hint("tui-no-terminal-hint")
                .caused_by(error)
        };
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(no_terminal(io::Error::other("not a terminal")));
        }
        on_crash(options.crashes, options.crash_words);
        MOUSE.store(options.mouse, Ordering::SeqCst);
        enter().map_err(no_terminal)?;
        let out = Held::default();
        let terminal = Terminal::new(Pen::new(out.clone())).map_err(|error| {
            leave();
            no_terminal(error)
        })?;
        Ok(Self {
            terminal,
            out,
            clipboard: options.clipboard,
        })
    }

    /// What the clipboard of the system offers; see [`Clipboard::offered`].
    pub fn offered(&mut self) -> Option<String> {
        self.clipboard.offered()
    }

    fn write(&mut self, bytes: &str) -> io::Result<()> {
        self.out.write_all(bytes.as_bytes())?;
        self.out.commit()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

impl Surface for Guard {
    /// One frame is one write, wrapped so that the terminal shows it at once. Where nothing has
    /// the caret, the cursor rests at a place of its own: wherever the last cell was written, an
    /// input method's window would jump with every frame.
    fn draw(&mut self, view: &mut dyn FnMut(&mut Frame<'_>) -> Option<Position>) -> io::Result<()> {
        queue!(self.out, BeginSynchronizedUpdate)?;
        let begun = self.out.len();
        let mut caret = None;
        self.terminal.draw(|frame| {
            caret = view(frame).filter(|caret| frame.area().contains(*caret));
            if let Some(caret) = caret {
                frame.set_cursor_position(caret);
            }
        })?;
        if caret.is_none() {
            self.terminal.backend_mut().set_cursor_position(REST)?;
        }
        if self.out.len() == begun {
            // Nothing changed.
            self.out.discard();
            return Ok(());
        }
        queue!(self.out, EndSynchronizedUpdate)?;
        self.out.commit()
    }

    /// Not by the library's `clear`: it asks the terminal where the cursor is, and
    /// the answer would go to the input thread.
    fn redraw(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal
            .resize(Rect::new(0, 0, size.width, size.height))
    }

    fn bell(&mut self) -> io::Result<()> {
        self.write("\x07")
    }

    fn title(&mut self, title: &str) -> io::Result<()> {
        let title = clean::line(title).into_owned();
        queue!(self.out, SetTitle(title))?;
        self.out.commit()
    }

    fn configure(&mut self, config: &Config) {
        self.clipboard = Clipboard::new(config.clipboard.road, Surroundings::here());
    }

    fn paste(&mut self) -> Pasted {
        self.clipboard.paste()
    }

    fn copy(&mut self, text: &str) -> Copied {
        let (copied, sequence) = self.clipboard.copy(text);
        match sequence.map(|sequence| self.write(&sequence)) {
            Some(Err(_)) => Copied {
                road: super::clipboard::Road::Plain,
                sure: false,
            },
            _ => copied,
        }
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        MOUSE.store(on, Ordering::SeqCst);
        if on {
            report_mouse(&mut self.out)?;
        } else {
            queue!(self.out, DisableMouseCapture)?;
        }
        self.out.commit()
    }

    fn suspend(&mut self) -> io::Result<()> {
        leave();
        stop_process()?;
        self.resume()
    }

    /// Where the terminal is ours, it stays raw: read in lines, even for a moment, it keeps
    /// Ctrl+Q and Ctrl+S for itself and makes a signal of Ctrl+C.
    fn resume(&mut self) -> io::Result<()> {
        if TAKEN.load(Ordering::SeqCst) {
            raw_again()?;
            give_screen_back();
            take_screen()?;
        } else {
            enter()?;
        }
        self.terminal.backend_mut().forget();
        self.redraw()
    }
}

/// Output that leaves only when a frame is whole: the library writes into one
/// handle and flushes as it likes, the guard sends through another.
#[derive(Clone, Debug)]
pub struct Held(Rc<RefCell<Vec<u8>>>);

impl Default for Held {
    fn default() -> Self {
        Self(Rc::new(RefCell::new(Vec::with_capacity(16 * 1024))))
    }
}

impl Held {
    fn len(&self) -> usize {
        self.0.borrow().len()
    }

    fn discard(&self) {
        self.0.borrow_mut().clear();
    }

    fn commit(&self) -> io::Result<()> {
        let mut bytes = self.0.borrow_mut();
        if bytes.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let written = out.write_all(&bytes).and_then(|()| out.flush());
        bytes.clear();
        written
    }
}

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// The library flushes in the middle of a frame; the frame goes out as a whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    take_screen().inspect_err(|_| leave())
}

/// Makes the terminal raw, whatever somebody else made of it meanwhile.
#[cfg(unix)]
fn raw_again() -> io::Result<()> {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

    let input = io::stdin();
    let mut modes = tcgetattr(&input)?;
    modes.make_raw();
    Ok(tcsetattr(&input, OptionalActions::Now, &modes)?)
}

/// Nobody sets the console beside us.
#[cfg(windows)]
fn raw_again() -> io::Result<()> {
    enable_raw_mode()
}

fn take_screen() -> io::Result<()> {
    let mut out = Held::default();
    out.write_all(KEEP_TITLE.as_bytes())?;
    queue!(out, EnterAlternateScreen)?;
    if !marks_no_paste() {
        queue!(out, EnableBracketedPaste)?;
    }
    if MOUSE.load(Ordering::SeqCst) {
        report_mouse(&mut out)?;
    }
    out.commit()
}

#[cfg(unix)]
fn report_mouse(out: &mut Held) -> io::Result<()> {
    out.write_all(MOUSE_ON.as_bytes())
}

/// The console is not asked by sequences.
#[cfg(windows)]
fn report_mouse(out: &mut Held) -> io::Result<()> {
    queue!(out, ratatui::crossterm::event::EnableMouseCapture)
}

/// Writes a line where messages stand, now and beside the frames; nothing where the terminal is
/// not ours. Afterwards everything has to be drawn anew.
pub fn say_at_once(line: &str, ambiguous: Ambiguous) {
    let Ok((columns, rows)) = terminal_size() else {
        return;
    };
    if TAKEN.load(Ordering::SeqCst) {
        let mut out = Held::default();
        // A terminal that is gone ends the loop by itself.
        let _ = put_line(&mut out, line, Size::new(columns, rows), ambiguous);
        let _ = out.commit();
    }
}

/// A line over the upper key row, with the caret left where it is.
fn put_line(out: &mut impl Write, line: &str, size: Size, ambiguous: Ambiguous) -> io::Result<()> {
    let line = clean::line(line);
    let room = usize::from(size.width.saturating_sub(1));
    queue!(
        out,
        BeginSynchronizedUpdate,
        SavePosition,
        MoveTo(0, size.height.saturating_sub(2)),
        Clear(ClearType::CurrentLine),
        MoveRight(1),
        SetAttribute(Attribute::Bold),
        Print(width::fit(&line, room, ambiguous)),
        SetAttribute(Attribute::Reset),
        RestorePosition,
        EndSynchronizedUpdate
    )
}

/// Gives the terminal back; harmless when it is not ours. Errors have nobody to go to:
/// the terminal is gone then.
fn leave() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        give_screen_back();
        let _ = disable_raw_mode();
    }
}

fn give_screen_back() {
    let mut out = Held::default();
    let _ = queue!(out, EndSynchronizedUpdate, DisableMouseCapture);
    if !marks_no_paste() {
        let _ = queue!(out, DisableBracketedPaste);
    }
    let _ = queue!(out, LeaveAlternateScreen, Show);
    let _ = out.write_all(GIVE_TITLE_BACK.as_bytes());
    let _ = out.commit();
}

/// After a panic: the terminal is given back, a file says where it happened.
///
/// The panic's own words are left out, they can quote a customer's text.
fn on_crash(folder: PathBuf, words: CrashWords) {
    let screen_thread = thread::current().id();
    panic::set_hook(Box::new(move |info| {
        let here = info
            .location()
            .map_or_else(String::new, ToString::to_string);
        let path = folder.join(format!("crash-{}.txt", std::process::id()));
        let report = crash_report(&here, thread::current().name());
        let _ = fs::create_dir_all(&folder);
        let _ = fs::write(&path, report);
        if thread::current().id() == screen_thread {
            leave();
            let _ = writeln!(io::stderr(), "{}", words(&path));
        }
    }));
}

fn crash_report(place: &str, thread: Option<&str>) -> String {
    format!(
        "zhiban {} {} {}\nat {place}\nthread {}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        thread.unwrap_or("-"),
        Backtrace::force_capture(),
    )
}

/// Lets a file over its limit be an error of that write, which is told like a full disk, and not
/// the end of the program.
#[cfg(unix)]
pub fn ignore_file_limit() -> Result<(), Problem> {
    let heard = std::sync::Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, heard)
        .map(|_| ())
        .map_err(|error| Problem::new(Kind::Defect, "tui-no-terminal").caused_by(error))
}

/// Windows has no such limit.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)] // the same call everywhere
pub fn ignore_file_limit() -> Result<(), Problem> {
    Ok(())
}

/// Starts the thread that reads the terminal. It ends with the process, or with the terminal,
/// which it then reports: a read that gives nothing is a terminal that is gone.
#[cfg(unix)]
pub fn read_input<B: Send + 'static>(outbox: Outbox<B>) -> Result<(), Problem> {
    thread::Builder::new()
        .name("input".into())
        .spawn(move || {
            let mut decoder = Decoder::default();
            let (mut bytes, mut events) = ([0; 4096], Vec::new());
            while let Ok(count) = wait_and_read(decoder.patience(), &mut bytes) {
                match count {
                    Some(0) => break,
                    Some(count) => decoder.feed(&bytes[..count], &mut events),
                    None => decoder.quiet(&mut events),
                }
                let now = Instant::now();
                if !events.drain(..).all(|event| outbox.event(event, now)) {
                    return;
                }
            }
            outbox.signal(RawSignal::Gone);
        })
        .map(|_| ())
        .map_err(thread_failed)
}

/// Reads what there is, waiting so long for it; nothing where the time is over.
#[cfg(unix)]
fn wait_and_read(patience: Option<Duration>, bytes: &mut [u8]) -> io::Result<Option<usize>> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::{Errno, read};

    let input = io::stdin();
    let wait = patience.and_then(|wait| Timespec::try_from(wait).ok());
    loop {
        // Also without patience: somebody may have set the terminal not to wait.
        let mut asked = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut asked, wait.as_ref()) {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        match read(&input, &mut *bytes) {
            Ok(count) => return Ok(Some(count)),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Starts the thread that blocks on the console.
#[cfg(windows)]
pub fn read_input<B: Send + 'static>(outbox: Outbox<B>) -> Result<(), Problem> {
    thread::Builder::new()
        .name("input".into())
        .spawn(move || {
            while let Ok(event) = ratatui::crossterm::event::read() {
                if !outbox.event(event, Instant::now()) {
                    return;
                }
            }
            outbox.signal(RawSignal::Gone);
        })
        .map(|_| ())
        .map_err(thread_failed)
}

/// Starts the thread that waits for signals.
#[cfg(unix)]
pub fn watch_signals<B: Send + 'static>(outbox: Outbox<B>) -> Result<(), Problem> {
    use ratatui::crossterm::event::Event;
    use ratatui::crossterm::terminal;
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
    use signal_hook::iterator::Signals;

    let failed = |error: io::Error| Problem::new(Kind::Defect, "tui-no-terminal").caused_by(error);
    ignore_file_limit()?;
    let heard = [SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH];
    let mut signals = Signals::new(heard).map_err(failed)?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for signal in signals.forever() {
                let sent = match signal {
                    SIGTSTP => outbox.signal(RawSignal::Suspend),
                    SIGCONT => outbox.signal(RawSignal::Resumed),
                    SIGWINCH => match terminal::size() {
                        Ok((columns, rows)) => {
                            outbox.event(Event::Resize(columns, rows), Instant::now())
                        }
                        Err(_) => true,
                    },
                    _ => {
                        outbox.signal(RawSignal::End);
                        end_at_last();
                    }
                };
                if !sent {
                    return;
                }
            }
        })
        .map(|_| ())
        .map_err(thread_failed)
}

/// Windows ends a console program without asking; drafts are durable within a second.
#[cfg(windows)]
#[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps)] // the same call everywhere
pub fn watch_signals<B: Send + 'static>(_outbox: Outbox<B>) -> Result<(), Problem> {
    Ok(())
}

/// The loop had its time to end; a terminal that takes no more bytes may hold it for ever.
#[cfg(unix)]
fn end_at_last() -> ! {
    thread::sleep(std::time::Duration::from_secs(5));
    leave();
    std::process::exit(1);
}

#[cfg(unix)]
fn stop_process() -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)
}

/// There is no shell to go back to.
#[cfg(windows)]
#[allow(clippy::unnecessary_wraps)] // the same call everywhere
const fn stop_process() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_report_says_where_and_nothing_else() {
        let report = crash_report("src/x.rs:1:2", Some("input"));
        assert!(report.contains("at src/x.rs:1:2"));
        assert!(report.contains("thread input"));
    }

    #[test]
    fn output_waits_for_the_whole_frame() {
        let mut held = Held::default();
        held.write_all(b"abc").unwrap();
        held.flush().unwrap();
        assert_eq!(*held.0.borrow(), b"abc");
    }

    #[test]
    fn giving_back_what_is_not_ours_writes_nothing() {
        TAKEN.store(false, Ordering::SeqCst);
        leave();
    }

    #[test]
    fn a_line_at_once_stands_where_messages_do_and_leaves_the_caret() {
        let size = Size::new(20, 6);
        let (rows, columns) = (
            size.height.try_into().unwrap(),
            size.width.try_into().unwrap(),
        );
        let mut screen = vt100::Parser::new(rows, columns, 0);
        screen.process("\x1b[5;1Hwhat stood there before\x1b[2;3H".as_bytes());
        let mut out = Vec::new();
        let line = "正在核对\x1b[2J是否存上，请等一等";
        put_line(&mut out, line, size, Ambiguous::Narrow).unwrap();
        screen.process(&out);
        let screen = screen.screen();
        let row = screen.rows(0, size.width).nth(4).unwrap();
        assert!(row.starts_with(" 正在核对"), "{row:?}");
        assert!(row.trim_end().ends_with(".."), "{row:?}");
        assert_eq!(screen.cursor_position(), (1, 2));
        assert!(!screen.bold());
    }
}
