//! Arguments of a command that are built when the command is the one that is run.

use clap::builder::Resettable;
use clap::error::Result;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

/// The arguments of one of many commands. To build those of all takes a sixth of the time in which a program starts, and one
/// command is run.
///
/// What a command does is shown in the list of all, which does not build them: the words are at the variant, not at `T`.
#[derive(Debug)]
pub(super) struct Lazy<T>(pub T);

impl<T: Args> Args for Lazy<T> {
    fn augment_args(command: Command) -> Command {
        command.defer(|command| complete(command, T::augment_args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(|command| complete(command, T::augment_args_for_update))
    }
}

/// Adds the arguments of a command before those of all commands, which it has by now.
fn complete(command: Command, augment: fn(Command) -> Command) -> Command {
    // Options in a structure of their own bring its words along.
    let about = command.get_about().cloned();
    let long_about = command.get_long_about().cloned();
    let of_all = command.get_arguments().count();

    let command = augment(command).about(Resettable::from(about)).long_about(Resettable::from(long_about));
    let mut args: Vec<Arg> = command.get_arguments().cloned().collect();
    args.rotate_left(of_all);
    let mut args = args.into_iter();
    command.mut_args(|arg| args.next().unwrap_or(arg))
}

impl<T: FromArgMatches> FromArgMatches for Lazy<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self> {
        T::from_arg_matches(matches).map(Lazy)
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self> {
        T::from_arg_matches_mut(matches).map(Lazy)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<()> {
        self.0.update_from_arg_matches(matches)
    }
}
