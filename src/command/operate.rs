//! The account commands: through the gateway if it runs, else on its data.

use std::io::Write;
use std::path::{Path, absolute};

use crate::command::ask::Running;
use crate::command::place::Place;
use crate::command::{Failed, export, stand_in};
use crate::config::{Operation, SealSource};
use crate::gateway::admin::carry_out;
use crate::gateway::admin::protocol::Outcome;

pub(super) async fn run(
    operation: Operation,
    data_dir: &Path,
    seal: &SealSource,
    out: &mut impl Write,
) -> Result<(), Failed> {
    // The gateway may have another working directory than this process.
    let operation = match operation {
        Operation::Backup(file) => Operation::Backup(absolute(file)?),
        Operation::CreateAccount(_) | Operation::ListAccounts | Operation::CreateRootKey(_) => {
            operation
        }
    };
    let outcome = match Running::find(&Place::at(data_dir)).await? {
        Some(running) => running.ask(&operation).await?,
        None => carry_out(&operation, &stand_in::open(data_dir, seal)?).await?,
    };
    print(&outcome, out)
}

fn print(outcome: &Outcome, out: &mut impl Write) -> Result<(), Failed> {
    match outcome {
        Outcome::Done => {}
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
