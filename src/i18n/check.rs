//! What the three files hold: for the tests of every module that has words.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use fluent_syntax::ast;

use super::Language;

/// Those of the ids that any of the three languages lacks, as `language id`: tests
/// over registers, commands and problems expect none.
#[must_use]
pub fn missing<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let known = Language::ALL.map(|language| (language, messages(language)));
    let mut lacking = Vec::new();
    for id in ids {
        for (language, messages) in &known {
            if !messages.contains_key(id) {
                lacking.push(format!("{} {id}", language.tag()));
            }
        }
    }
    lacking
}

/// The messages of a language with the variables that each names.
#[must_use]
pub fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let resource = match FluentResource::try_new(language.source().to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    resource
        .entries()
        .filter_map(|entry| match entry {
            ast::Entry::Message(message) => {
                let mut names = BTreeSet::new();
                collect(message.value.as_ref()?, &mut names);
                Some((message.id.name.to_owned(), names))
            }
            _ => None,
        })
        .collect()
}

fn collect(pattern: &ast::Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            collect_expression(expression, names);
        }
    }
}

fn collect_expression(expression: &ast::Expression<&str>, names: &mut BTreeSet<String>) {
    match expression {
        ast::Expression::Inline(inline) => collect_inline(inline, names),
        ast::Expression::Select { selector, variants } => {
            collect_inline(selector, names);
            for variant in variants {
                collect(&variant.value, names);
            }
        }
    }
}

fn collect_inline(inline: &ast::InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            names.insert(id.name.to_owned());
        }
        ast::InlineExpression::Placeable { expression } => collect_expression(expression, names),
        ast::InlineExpression::FunctionReference { arguments, .. } => {
            for argument in &arguments.positional {
                collect_inline(argument, names);
            }
        }
        _ => {}
    }
}

/// The messages of a language that quote another, which would be parsed without it.
#[cfg(test)]
pub(super) fn quoting(language: Language) -> Vec<String> {
    let Ok(resource) = FluentResource::try_new(language.source().to_owned()) else {
        return vec!["-".to_owned()];
    };
    let quotes = |entry: &ast::Entry<&str>| match entry {
        ast::Entry::Message(message) => {
            let shape = format!("{:?}", message.value);
            let is_quoted = shape.contains("MessageReference") || shape.contains("TermReference");
            is_quoted.then(|| message.id.name.to_owned())
        }
        _ => None,
    };
    resource.entries().filter_map(quotes).collect()
}
