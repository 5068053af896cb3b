//! A Rust file as the house rules see it: a flat list of tokens, comments and docs left out.
//! proc-macro2 does the reading; nothing here knows what a rule says.

use std::str::FromStr;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier, keyword, number or character.
    Word(String),
    /// A string literal, as written.
    Text(String),
    /// `::`
    Path,
    /// One bracket or punctuation character.
    Mark(char),
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) line: usize,
}

/// A name as code spells it, `use` groups expanded: `crate::store::tickets`.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) parts: Vec<String>,
    pub(crate) line: usize,
}

#[derive(Debug)]
pub(crate) struct Source {
    /// From the root of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
}

impl Source {
    /// Errors name the file: one that is no Rust cannot be judged.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, String> {
        let stream = TokenStream::from_str(text).map_err(|e| format!("{path} is no Rust: {e}"))?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        Ok(Self { path: path.to_owned(), text: text.to_owned(), tokens })
    }

    /// Every name that stands in the code, from its first part on.
    pub(crate) fn mentions(&self) -> Vec<Mention> {
        let mut found = Vec::new();
        let mut path: Vec<String> = Vec::new(); // of the name being read
        let mut groups: Vec<Option<Vec<String>>> = Vec::new(); // for each open brace: the path before it, if it is a `use` group
        let mut after_separator = false;
        for (index, token) in self.tokens.iter().enumerate() {
            match &token.kind {
                Kind::Word(word) => {
                    if !after_separator {
                        path = groups.last().cloned().flatten().unwrap_or_default();
                    }
                    path.push(word.clone());
                    if self.tokens.get(index + 1).is_none_or(|next| next.kind != Kind::Path) {
                        found.push(Mention { parts: path.clone(), line: token.line });
                    }
                }
                Kind::Mark('{') => groups.push(after_separator.then(|| std::mem::take(&mut path))),
                Kind::Mark('}') => drop(groups.pop()),
                Kind::Path | Kind::Text(_) | Kind::Mark(_) => {}
            }
            after_separator = token.kind == Kind::Path;
        }
        found
    }

    /// The attributes, each as the words before its arguments: `tokio::test` is `["tokio", "test"]`; then the index after it.
    pub(crate) fn attributes(&self) -> Vec<(Vec<&str>, usize)> {
        let mut found = Vec::new();
        for (index, token) in self.tokens.iter().enumerate() {
            if token.kind != Kind::Mark('#') {
                continue;
            }
            let inner = usize::from(self.tokens.get(index + 1).is_some_and(|t| t.kind == Kind::Mark('!')));
            let open = index + 1 + inner;
            if self.tokens.get(open).is_none_or(|t| t.kind != Kind::Mark('[')) {
                continue;
            }
            let words = self.tokens[open + 1..].iter().map_while(|t| match &t.kind {
                Kind::Word(word) => Some(Some(word.as_str())),
                Kind::Path => Some(None),
                Kind::Text(_) | Kind::Mark(_) => None,
            });
            found.push((words.flatten().collect(), open + 1));
        }
        found
    }
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut index = 0;
    while index < trees.len() {
        let line = trees[index].span().start().line;
        let mut push = |kind| tokens.push(Token { kind, line });
        match &trees[index] {
            TokenTree::Punct(mark) if mark.as_char() == '#' && doc_length(&trees[index + 1..]) > 0 => {
                index += doc_length(&trees[index + 1..]);
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' && mark.spacing() == Spacing::Joint => {
                push(Kind::Path);
                index += 1;
            }
            TokenTree::Punct(mark) => push(Kind::Mark(mark.as_char())),
            TokenTree::Ident(word) => push(Kind::Word(word.to_string())),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                push(if text.contains('"') && !text.starts_with('\'') { Kind::Text(text) } else { Kind::Word(text) });
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::Parenthesis | Delimiter::None => ('(', ')'),
                };
                push(Kind::Mark(open));
                flatten(group.stream(), tokens);
                tokens.push(Token { kind: Kind::Mark(close), line: group.span_close().start().line });
            }
        }
        index += 1;
    }
}

/// How many of the trees after a `#` make it a comment that the tokenizer wrote as `#[doc = "…"]`; 0 if it is none.
fn doc_length(trees: &[TokenTree]) -> usize {
    let inner = usize::from(matches!(trees.first(), Some(TokenTree::Punct(mark)) if mark.as_char() == '!'));
    let Some(TokenTree::Group(group)) = trees.get(inner) else { return 0 };
    let mut words = group.stream().into_iter();
    let is_doc = matches!(words.next(), Some(TokenTree::Ident(word)) if word == "doc")
        && matches!(words.next(), Some(TokenTree::Punct(mark)) if mark.as_char() == '=');
    if is_doc { inner + 1 } else { 0 }
}
