//! Which paths and methods a listener has: taken from its OpenAPI document, so that the two cannot differ.

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{OpenApi, RefOr};

/// All routes of one listener.
#[derive(Clone, Debug)]
pub struct Routes(Vec<Route>);

/// One path with its methods.
#[derive(Clone, Debug)]
pub struct Route {
    pattern: String,
    definition: ResourceDef,
    methods: Vec<Method>,
    takes_pictures: bool,
}

/// What a request's path and method lead to.
#[derive(Debug)]
pub enum Found<'a> {
    /// A handler.
    Route(&'a Route),
    /// The path is there, the method is not; the value of `Allow`.
    OtherMethods(&'a Route, String),
    /// Nothing.
    Nothing,
}

impl Routes {
    /// The routes of a document, and those that a document does not describe itself.
    pub fn of(document: &OpenApi, more: &[(&str, Method)]) -> Self {
        let described = document.paths.paths.iter().map(|(path, item)| {
            let takes_pictures = operations(item).any(|(_, operation)| takes_multipart(operation));
            Route { takes_pictures, ..Route::new(path.clone(), methods(item)) }
        });
        let more = more.iter().map(|(path, method)| Route::new((*path).to_owned(), vec![method.clone()]));
        Self(described.chain(more).collect())
    }

    /// Finds the route of a path and method.
    pub fn find(&self, path: &str, method: &Method) -> Found<'_> {
        match self.0.iter().find(|route| route.definition.is_match(path)) {
            None => Found::Nothing,
            Some(route) if route.methods.contains(method) => Found::Route(route),
            Some(route) => {
                let allow: Vec<_> = route.methods.iter().map(Method::as_str).collect();
                Found::OtherMethods(route, allow.join(", "))
            }
        }
    }

    /// Every path with its methods.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Method])> {
        self.0.iter().map(|route| (route.pattern.as_str(), route.methods.as_slice()))
    }
}

impl Route {
    fn new(pattern: String, methods: Vec<Method>) -> Self {
        Self { definition: ResourceDef::new(pattern.as_str()), pattern, methods, takes_pictures: false }
    }

    /// Whether its bodies have pictures in them, and take their time on a slow line.
    pub const fn takes_pictures(&self) -> bool {
        self.takes_pictures
    }

    /// The path with its parameters' names, for logs and metrics.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }
}

fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let all = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
        (Method::HEAD, &item.head),
        (Method::OPTIONS, &item.options),
        (Method::TRACE, &item.trace),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn methods(item: &PathItem) -> Vec<Method> {
    operations(item).map(|(method, _)| method).collect()
}

fn takes_multipart(operation: &Operation) -> bool {
    match &operation.request_body {
        Some(RefOr::T(body)) => body.content.contains_key("multipart/form-data"),
        Some(RefOr::Ref(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_method_is_told_apart_from_a_wrong_path() {
        let routes = Routes(vec![
            Route::new("/r/{number}".into(), vec![Method::GET, Method::DELETE]),
            Route::new("/s".into(), vec![Method::POST]),
        ]);
        assert!(
            matches!(routes.find("/r/1", &Method::GET), Found::Route(route) if route.pattern() == "/r/{number}")
        );
        assert!(
            matches!(routes.find("/r/1", &Method::PUT), Found::OtherMethods(_, allow) if allow == "GET, DELETE")
        );
        for path in ["/r/1/2", "/r/", "/t", "/s/"] {
            assert!(matches!(routes.find(path, &Method::GET), Found::Nothing), "{path}");
        }
    }
}
