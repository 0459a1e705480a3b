## problem
# words of this part follow; keep parts apart
problem-defect = zhiban went wrong here: { $what }
problem-defect-hint = What was saved is safe; run zhiban doctor and send its answer to whoever looks after zhiban
problem-busy = { $what } is in use at the moment
problem-busy-hint = Try again in a few seconds; your text is kept
problem-not-saved = Not saved: { $cause }
problem-not-saved-hint = Your text is kept; free some space or choose another folder, then press again
problem-read-only = This store can only be read at the moment
problem-read-only-hint = Another workstation writes to this store; close it, or make the change there
problem-file-missing = There is no file { $file }
problem-file-missing-hint = Check the name and the folder
problem-file-unreadable = { $file } cannot be read: { $cause }
problem-file-unreadable-hint = See whether another program has it open, and whether you may read it
problem-file-unwritable = { $file } cannot be written: { $cause }
problem-file-unwritable-hint = Choose another folder, or see whether the disk is full
problem-file-exists = { $file } is there already and was not overwritten
problem-file-exists-hint = Choose another name
problem-not-utf8 = { $file } is not UTF-8 text
problem-not-utf8-hint = Save it as UTF-8 and try again
problem-not-found = { $what } was not found
problem-not-found-hint = Check the number; its first 8 digits are enough
problem-ambiguous = { $what } could be several: { $candidates }
problem-ambiguous-hint = Give more of it
problem-not-understood = { $what } was not understood
problem-not-understood-hint = Did you mean { $nearest }?
problem-not-allowed = { $who } may not do this: { $what }
problem-not-allowed-hint = Ask a supervisor, or transfer it to one
problem-too-long = { $what } is too long, at most { $limit }
problem-too-long-hint = Split it, or attach it as a file
problem-empty = { $what } is still empty
problem-empty-hint = Fill it in and press again
problem-cancelled = Stopped; what was done is saved
problem-clock = The clock of this computer is wrong
problem-clock-hint = Set the system time first, then start zhiban again
problem-random = The system gives no random numbers: { $cause }
problem-config-place = There is no folder for settings on this system
problem-config-place-hint = Name the places with --config and --data
problem-config-syntax = { $file }, line { $line }, is not TOML: { $cause }
problem-config-syntax-hint = Compare with config.example.toml
problem-config-key = { $file }, line { $line }: there is no setting { $key }
problem-config-key-hint = Did you mean { $nearest }?
problem-config-value = { $file }, line { $line }: { $key } cannot be { $value }
problem-config-value-hint = It can be: { $allowed }

## register
# words of this part follow; keep parts apart


## field
# words of this part follow; keep parts apart


## state
# words of this part follow; keep parts apart


## value
# words of this part follow; keep parts apart


## cli
# words of this part follow; keep parts apart


## capture
# words of this part follow; keep parts apart


## import
# words of this part follow; keep parts apart


## desk
# words of this part follow; keep parts apart
problem-nobody = Nobody is signed in
problem-nobody-hint = Sign in first: zhiban sign-in, or use --as NAME
problem-no-shop = There is no shop here yet, so this can only be read
problem-no-shop-hint = Start one with zhiban init, or wait to be admitted
problem-register = There is no register called { $name }
problem-register-hint = zhiban list --help names them all
problem-owned = { $owner } is working on this
problem-owned-hint = Give a reason to take it over
problem-transfer-reason = { $reason } is no reason for a transfer
problem-transfer-reason-hint = Use one of: { $reasons }
problem-person = No person or post is called { $name }
problem-person-hint = Write the whole name, or a post: pre_sales in_sales after_sales general printing
problem-outcome = { $outcome } is no outcome
problem-outcome-hint = Use one of: ordered thinking out_of_stock price not_suitable solved passed_on no_answer ad
problem-snooze-past = That time is already over
problem-snooze-past-hint = Give a later time
problem-due-past = That deadline is already over
problem-due-past-hint = Give a later time
problem-field = { $register } has no field { $field }
problem-field-hint = It has: { $fields }
problem-field-mirror = { $field } is copied from the platform and not edited here
problem-field-mirror-hint = Import a newer export to change it
problem-field-value = { $field } cannot be { $value }
problem-field-value-hint = Look at what the field takes and try again
problem-field-missing = { $field } is missing; your text is kept
problem-move = It cannot go from { $from } to { $to }
problem-move-hint = It can go to: { $next }
problem-nothing-said = There is no text
problem-nothing-said-hint = Write something first
problem-follow-up-kind = { $kind } is no kind of follow-up
problem-follow-up-kind-hint = Use one of: reminder callback visit urge
problem-order-number = { $number } is no order number
problem-order-number-hint = Copy the whole number; a masked one identifies nobody
problem-note-done = All five steps are done
problem-note-first = No step is done yet
problem-note-step = { $step } is locked; { $next } comes first
problem-note-step-hint = The five steps are taken in order
problem-note-printing = The printing post acknowledges
problem-note-printing-hint = Wait for the printing colleague, or ask a supervisor
problem-case-locked = It is submitted and cannot be edited
problem-case-locked-hint = Amend it: the original stays, an approval is voided
problem-case-above-paid = { $asked } is asked, at most { $limit } is left
problem-case-above-paid-hint = Lower the amount, or look at the order's other refunds
problem-case-over = It is done and cannot be amended
problem-case-over-hint = Open a new case
problem-case-role = A leader or supervisor decides this
problem-case-role-hint = Submit it and wait, or ask a supervisor
problem-case-not-submitted = It is not submitted yet
problem-case-self = Nobody approves their own request
problem-case-self-hint = Ask somebody else who may
problem-case-void-role = A submitted case is voided by a supervisor
problem-case-void-role-hint = Your own draft you can void yourself
problem-reason-missing = A reason is needed
problem-nothing-to-undo = There is nothing to undo
problem-act = There is no act { $act }
problem-act-hint = zhiban undo without a number takes back the last one
problem-undo-authority = Approvals and roster decisions cannot be undone
problem-undo-authority-hint = Correct it by a new decision
problem-undo-built-on = { $person } has already built on it
problem-undo-built-on-hint = Ask a supervisor, or change it again
problem-other-device = { $person } does not sign in on this device
problem-other-device-hint = Admit this device with zhiban join
problem-sign-out-open = { $count } items are not handed over
problem-sign-out-open-hint = Hand them over with F10, or give a reason
problem-not-signed-in = Not signed in today
problem-not-signed-in-hint = Sign in first
span-now = now
span-minutes = { $n }m
span-hours = { $n }h
span-days = { $n }d
span-hours-minutes = { $hours }h{ $minutes }m
figure-overdue = -{ $span }
figure-left = { $span } left
figure-waiting = { $span }
flag-yes = yes
flag-no = no
owner-nobody = nobody
mark-ack = AK
short-conversation = Chat
short-order = Ord
short-note = Note
short-case = Case
short-promise = Prom
short-reply = Repl
short-parcel = Parc
short-complaint = Comp
short-ticket = Tick
short-notice = Noti
short-review = Revi
short-sheet = Sheet
short-handover = Hand
short-follow_up = Foll
short-follow_up-reminder = Remi
short-follow_up-callback = Call
short-follow_up-visit = Visit
short-follow_up-urge = Chase
short-follow_up-mention = At me
short-stock_out = Stock
short-attendance = Att
short-import = Imp
short-customer = Cust
short-person = Pers
short-account = Acct
short-setting = Set
view-waiting = Waiting
view-at-risk = At risk
view-mine = Mine
view-unowned = Unowned
leaf-order = Order
leaf-notes = Notes
leaf-cases = Cases
leaf-history = History
desk-todo = To do
desk-empty = Nothing waits for you. F2 logs something, F3 finds a buyer, 2 shows what is at risk.
desk-empty-stale = Nothing waits for you (orders known only until { $time })
desk-nothing-open = Enter opens an item
desk-first-owner = First
desk-undone = Undone; press again for the one before
desk-all-saved = All is saved. There is no shared folder yet
desk-copied = Copied { $count } characters ({ $road })
desk-copied-unsure = Handed { $count } characters to the { $road }; it does not say whether it took them
desk-variable-missing = { $name } is not filled in, so nothing was copied
desk-variable-missing-hint = Fill it in or remove the braces, then F9
window-title = ({ $count }) zhiban { $shop }
status-shift = Shift
status-drill = drill
status-orders = Orders to{" "}
status-orders-short = Ord{" "}
status-stale = old
status-sync = Sync
order-unverified = unverified
order-paid = Paid
order-paid-unverified = unverified
order-refunded = Refunded
order-in-refund = Pending
side-no-order = No order
side-state = State
side-money = Money
side-goods = Goods
side-note = Note
who-buyer = Buyer
who-us = Us
who-internal = Internal
who-system = System
entry-gone = (the text is not on this device)
entry-void = taken back
entry-sent = seen sent
entry-copied = copied
step-claim = { $to } took it
step-assign = { $from } > { $to }
step-move = { $from } > { $to }
source-platform = platform
source-rule = rule
source-manual = manual
source-own = own word
composer-draft = Draft
composer-count = { $count } chars
composer-complete = filled
composer-missing = missing { $name }


## tui
# words of this part follow; keep parts apart
tui-no-terminal = There is no terminal here for the workstation
tui-no-terminal-hint = Run zhiban in a terminal window, or see zhiban --help for commands
tui-terminal-gone = The terminal is gone; unfinished text stays in the drafts
tui-crash = zhiban stopped unexpectedly. Unfinished text stays in the drafts. What happened is in { $path }, without customers' data
tui-theme-wrong = { $file }: "{ $word }" is not known; the nearest is { $near }
tui-copied-native = Copied { $count } characters (this computer)
tui-copied-terminal = Handed { $count } characters to the terminal, which does not confirm
tui-plain = [Plain text] The terminal takes no copy. Select all below with the mouse and press its copy key; Esc goes back
tui-small = Window too small
mark-overdue = OD
mark-urgent = UR
mark-waiting = WT
mark-new = NW
mark-left = MS
mark-pending = PD
mark-approve = AP
mark-acknowledge = AK
mark-conflict = CF
mark-held = HD
form-more = Enter changes
form-missing = { $count } missing
form-complete = complete


## keys
# words of this part follow; keep parts apart
keyrow-help = Help
keyrow-capture = Log
keyrow-find = Find
keyrow-replies = Reply
keyrow-note = Note
keyrow-after_sale = Return
keyrow-follow_up = Later
keyrow-finish = Done
keyrow-copy = Copy
keyrow-handover = Shift
keyrow-screens = Go
keyrow-sync = Sync
keyrow-away = Away
command-help = List every command and its key
command-capture = Register one line, a pasted chat, a number or a file
command-find = Find a buyer, order, last digits, waybill or phone
command-replies = Pick a canned reply
command-note = Write an order note, step by step
command-after_sale = Open an after-sale case
command-follow_up = Record a promise, a reminder or a snooze
command-finish = Finish what is in front: close, submit, approve, sign
command-copy = Copy the text in front and record it
command-handover = Hand over or take over
command-screens = Go to another screen
command-remark = Add an internal remark, with @ for people
command-transfer = Transfer to a person or a post
command-escalate = Escalate to the leader and keep it
command-claim = Claim
command-snooze = Snooze until a time
command-promise = Record a promise
command-remind = Remind me
command-reveal = Show phone and address for 10 seconds; it is recorded
command-attach = Attach a file or a picture
command-no = Refuse, void or drop; always with a reason
command-why = Why: source, rule, ranking, block
command-undo = Undo
command-text_block = Make a text block for the group chat
command-sync = Sync now
command-away = Away, change person, sign out, quit
command-next_item = Next item
command-next = Next row
command-previous = Previous row
command-page_down = Page down
command-page_up = Page up
command-first = First row
command-last = Last row
command-open = Open
command-expand = Show the buyer's other items
command-collapse = Fold up
command-back = Back; what is unfinished stays a draft
command-next_pane = Next pane
command-previous_pane = Previous pane
command-next_leaf = Next leaf of the side panel
command-previous_leaf = Previous leaf of the side panel
command-mark = Mark this row
command-mark_all = Mark all in view
command-delete = Put it out of sight; in a list that is a snooze
command-view_0 = View: all
command-view_1 = View 1: waiting for us
command-view_2 = View 2: at risk
command-view_3 = View 3: mine
command-view_4 = View 4: unowned
command-view_5 = View 5
command-view_6 = View 6
command-view_7 = View 7
command-view_8 = View 8
command-view_9 = View 9
command-choose_1 = Take row 1
command-choose_2 = Take row 2
command-choose_3 = Take row 3
command-choose_4 = Take row 4
command-choose_5 = Take row 5
command-choose_6 = Take row 6
command-choose_7 = Take row 7
command-choose_8 = Take row 8
command-choose_9 = Take row 9
command-next_field = Next field
command-previous_field = Previous field
command-next_missing = Next field that is missing
command-previous_missing = Previous field that is missing
command-value_next = Next value
command-value_previous = Previous value
command-toggle = Tick
command-unfold = Show the choices
command-newline = New line
command-swap_sides = Swap the two sides
command-edit_field = Edit what was recognised
command-accept = Do as chosen
command-add_reply = Put one more reply on top
command-drop_reply = Take a reply off
command-improve_reply = Improve this reply or propose one
command-next_scope = Next scope
command-step_done = Step done
command-step_back = Take the step back
command-unchanged = As it stands
command-all_unchanged = All green ones as they stand
command-add_notice = Add a notice
command-take = Take this one
command-take_all = Take all green ones
command-acknowledge = Acknowledge
command-confirm = Record that the customer confirmed
command-review = Review
command-export = Export
command-details = Show the rows behind it
command-new_record = New record
command-screen_desk = Go to the Desk
command-screen_board = Go to the board
command-screen_printing = Go to the printing desk
command-screen_tables = Go to the tables
command-screen_figures = Go to the figures
command-screen_held = Go to held and conflicts
command-screen_sheet = Go to the day's sheet
command-screen_import = Go to import
command-screen_setup = Go to set-up
command-sign_in = Sign in
command-sign_out = Sign out
command-change_person = Change person
command-lock = Lock
command-messages = Show past messages
command-toggle_mouse = Mouse on or off
command-next_language = Next language
command-next_theme = Next theme
command-redraw = Draw the screen again
command-palette = Find a command
command-suspend = Back to the shell for a while
command-quit = Quit
context-any = Everywhere
context-desk = Desk
context-list = Lists
context-timeline = Timeline
context-composer = Draft
context-side = Side panel
context-text = Text fields
context-empty_line = Empty line
context-form = Forms
context-menu = Menus
context-picker = Pickers
context-capture = Capture
context-paste = Pasted chat
context-find = Find
context-replies = Replies
context-note = Order note
context-after_sale = After-sale
context-follow_up = Follow up
context-handover = Handover
context-takeover = Take over
context-board = Board
context-printing = Printing desk
context-tables = Tables
context-figures = Figures
context-held = Held
context-sheet = Day's sheet
context-import = Import
context-setup = Set-up
context-record = Record
context-palette = Commands
context-message = Message
context-plain = Plain text
shown-Space = Space
shown-Backspace = Backspace
shown-updown = Up/Down
shown-leftright = Left/Right
shown-digits = Digits
shown-altdigits = Alt+1..9
shown-typing = Type
hint-select = select
hint-open = open
hint-open_short = open
hint-mark = mark
hint-newline = newline
hint-next_pane = pane
hint-above = above
hint-scroll = scroll
hint-confirm = confirmed
hint-leaf = leaf
hint-remark = remark
hint-transfer = transfer
hint-escalate = escalate
hint-next_item = next
hint-undo = undo
hint-reveal = reveal
hint-choose = choose
hint-close = close
hint-close_short = close
hint-do = do it
hint-field = fields
hint-keep_draft = keep draft
hint-file = file
hint-file_note = file, note
hint-file_case = file, return
hint-swap = swap
hint-discard = discard
hint-capture_new = log as new
hint-filter = to filter
hint-to_draft = to draft
hint-copy_note = copy
hint-stack = stack
hint-take = take
hint-step_done = step done
hint-step_back = step back
hint-copy = copy
hint-finish_close = finish
hint-text_block = text block
hint-keep = keep
hint-why = why
hint-row = row
hint-value = value
hint-tick = tick
hint-submit = submit
hint-copy_readback = copy
hint-drop = drop
hint-record = record
hint-fill = fill
hint-unchanged = as is
hint-all_unchanged = green as is
hint-sign_send = sign, send
hint-take_this = take
hint-take_all = take green
hint-sign_receipt = sign
hint-see_chat = chat
hint-later = later
hint-acknowledge = acknowledge
hint-copy_numbers = copy numbers
hint-stock_out = stock-out
hint-palette = commands
hint-next_block = block
hint-details = rows
hint-approve = approve
hint-refuse = refuse
hint-reassign = reassign
hint-remind = remind
hint-review = review
hint-export = export
hint-new_record = new
hint-run = run
keys-syntax = { $file } line { $line } cannot be read: { $detail }
keys-command = { $file } line { $line }: there is no command "{ $word }"; the nearest is { $near }
keys-context = { $file } line { $line }: there is no place "{ $word }"; the nearest is { $near }
keys-key = { $file } line { $line }: "{ $word }" is no key that is known
keys-bare = { $file } line { $line }: "{ $word }" is for typing; it can be a command in lists and menus only
keys-field = { $file } line { $line }: there is no entry "{ $word }"; the nearest is { $near }
keys-missing = { $file } line { $line }: "{ $word }" is missing
keys-clash = { $file } line { $line }: "{ $word }" is { $other } already in the same place


## palette
# words of this part follow; keep parts apart
palette-title = Commands
palette-find = Find
palette-count = { $count } commands
palette-here = Works here
palette-elsewhere = Works elsewhere
palette-none = No command is called "{ $word }"
palette-keys = Keys


## composer
# words of this part follow; keep parts apart


## after-sale
# words of this part follow; keep parts apart


## note
# words of this part follow; keep parts apart


## handover
# words of this part follow; keep parts apart


## bundle
# words of this part follow; keep parts apart


## search
# words of this part follow; keep parts apart


## demo
# words of this part follow; keep parts apart


