//! The account commands: through the gateway if it runs, else on its data.

use std::io::Write;
use std::path::{Path, absolute};

use crate::command::ask::Running;
use crate::command::open::Means;
use crate::command::place::Place;
use crate::command::{Failed, export, open};
use crate::config::{Operation, SealSource};
use crate::operate::{Outcome, carry_out};

pub(super) async fn run(
    operation: Operation,
    data_dir: &Path,
    seal: &SealSource,
    out: &mut impl Write,
) -> Result<(), Failed> {
    // The gateway may have another working directory than this process.
    let operation = match operation {
        Operation::Backup(file) => Operation::Backup(absolute(file)?),
        Operation::CreateAccount(_)
        | Operation::ListAccounts
        | Operation::CreateRootKey(_)
        | Operation::Delegate(_) => operation,
    };
    let outcome = match Running::find(&Place::at(data_dir)).await? {
        Some(running) => running.ask(&operation).await?,
        None => on_disk(&operation, data_dir, seal).await?,
    };
    print(&outcome, out)
}

/// Does it here. A command that finds nothing makes nothing.
async fn on_disk(
    operation: &Operation,
    data_dir: &Path,
    seal: &SealSource,
) -> Result<Outcome, Failed> {
    if !data_dir.is_dir() {
        return Err(Failed::new(format_args!(
            "{} is not there: run countersign serve first, or name another by --data-dir",
            data_dir.display()
        )));
    }
    let store = open::in_dir(data_dir, seal, Means::alone()).await?;
    let outcome = carry_out(operation, &store).await;
    store.close().await?;
    Ok(outcome?)
}

fn print(outcome: &Outcome, out: &mut impl Write) -> Result<(), Failed> {
    match outcome {
        Outcome::Done => {}
        Outcome::Token(token) => writeln!(out, "{}", token.expose())?,
        Outcome::Accounts(accounts) => {
            for account in accounts {
                writeln!(out, "{account}")?;
            }
        }
        Outcome::Key(key) => {
            writeln!(out, "# the root of account {}; the secret is shown this once", key.account)?;
            export(out, "AWS_ACCESS_KEY_ID", key.id.as_str())?;
            export(out, "AWS_SECRET_ACCESS_KEY", key.secret.expose())?;
        }
    }
    Ok(())
}
