mod language;
mod lists;
