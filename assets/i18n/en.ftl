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


## tui
# words of this part follow; keep parts apart


## keys
# words of this part follow; keep parts apart


## palette
# words of this part follow; keep parts apart


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


