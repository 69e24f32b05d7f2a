//! What all entities have, declared in a line or two each.

/// Declares what an [`Entity`](super::Entity) is: its name's type, kind, where an account
/// holds it, and the change that it makes; then what else it has of its own. What its ids
/// begin with stands behind the kind where it is [`Placed`](super::Placed).
macro_rules! entity {
    ($entity:ident: $name:ty = $kind:literal, $prefix:literal, $held:ident, $change:ident;
     $($own:item)*) => {
        entity! {
            $entity: $name = $kind, $held, $change;

            fn arn(&self, account: &$crate::text::AccountId) -> $crate::arn::Arn {
                $crate::arn::Arn::iam(account, $kind, format_args!("{}{}", self.path, self.name))
            }

            $($own)*
        }

        impl $crate::store::entity::Placed for $entity {
            const PREFIX: &'static str = $prefix;

            fn path(&self) -> &$crate::text::Path {
                &self.path
            }

            fn id(&self) -> &$crate::text::EntityId {
                &self.id
            }
        }
    };
    ($entity:ident: $name:ty = $kind:literal, $held:ident, $change:ident; $($own:item)*) => {
        impl $crate::store::entity::Entity for $entity {
            const KIND: &'static str = $kind;
            type Name = $name;

            fn name(&self) -> &$name {
                &self.name
            }

            fn all(
                account: &$crate::store::account::Account,
            ) -> &imbl::OrdMap<$crate::text::Folded, std::sync::Arc<Self>> {
                &account.$held
            }

            fn change(
                name: $crate::text::Folded,
                to: Option<std::sync::Arc<Self>>,
            ) -> $crate::store::account::Change {
                $crate::store::account::Change::$change(name, to)
            }

            $($own)*
        }
    };
}
pub(super) use entity;

/// Declares a [`Holder`](super::Holder), and what else it has of its own.
macro_rules! holder {
    ($holder:ident; $($own:item)*) => {
        impl $crate::store::entity::Holder for $holder {
            fn rights(&self) -> &$crate::store::entity::Rights {
                &self.rights
            }

            fn rights_mut(&mut self) -> &mut $crate::store::entity::Rights {
                &mut self.rights
            }

            $($own)*
        }
    };
}
pub(super) use holder;

/// Declares a [`Tagged`](super::Tagged) thing, and whether the case of keys counts on it.
macro_rules! tagged {
    ($tagged:ident, $case:ident) => {
        impl $crate::store::entity::Tagged for $tagged {
            const CASE: $crate::store::entity::Case = $crate::store::entity::Case::$case;

            fn tags(&self) -> &$crate::store::entity::Tags {
                &self.tags
            }

            fn tags_mut(&mut self) -> &mut $crate::store::entity::Tags {
                &mut self.tags
            }
        }
    };
}
pub(super) use tagged;
