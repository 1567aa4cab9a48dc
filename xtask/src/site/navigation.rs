//! What the menus of the site hold, for `site/.vitepress/config.mts`.

use baijiayun_api::{Description, Resource};
use serde_json::{Map, Value, json};

use super::guides::{Guides, LANGUAGES};
use super::locale::Locale;
use super::start::STARTS;

pub fn all(description: &Description, guides: &Guides, has_explorer: bool) -> Value {
    let of = |locale: Locale| {
        let menus = Menus { description, guides, locale, folder: locale.folder() };
        json!({ "nav": menus.top(has_explorer), "sidebar": menus.sides() })
    };
    json!({ "zh": of(Locale::Chinese), "en": of(Locale::English) })
}

/// The menus in one language.
struct Menus<'a> {
    description: &'a Description,
    guides: &'a Guides,
    locale: Locale,
    folder: &'static str,
}

impl Menus<'_> {
    /// What stands at the top of every page.
    fn top(&self, has_explorer: bool) -> Vec<Value> {
        let Menus { locale, folder, .. } = self;
        let mut nav = vec![
            json!({ "text": locale.pick("开始", "Start"), "link": format!("/{folder}start/javascript"), "activeMatch": format!("/{folder}start/") }),
            json!({ "text": locale.pick("指南", "Guides"), "link": format!("/{folder}guide/signing"), "activeMatch": format!("/{folder}guide/") }),
            json!({ "text": locale.pick("接口参考", "Reference"), "link": format!("/{folder}reference/"), "activeMatch": format!("/{folder}reference/") }),
            json!({ "text": locale.pick("文档覆盖", "Coverage"), "link": format!("/{folder}coverage") }),
        ];
        if has_explorer {
            nav.push(json!({ "text": locale.pick("接口调试", "Explorer"), "link": format!("/{folder}explorer") }));
        }
        nav
    }

    /// What stands beside a page, by the folder that it is in.
    fn sides(&self) -> Map<String, Value> {
        let folder = self.folder;
        let overview = self.overview();
        let mut menus = Map::new();
        for resource in &self.description.resources {
            menus.insert(self.link_of(resource), json!([overview, self.operations(resource)]));
        }
        menus.insert(format!("/{folder}reference/callbacks/"), json!([overview, self.callbacks()]));
        let all = json!([overview, self.resources()]);
        menus.insert(format!("/{folder}reference/"), all.clone());
        menus.insert(format!("/{folder}coverage"), all);
        let learn = self.learn();
        for part in ["start", "guide", "project", "decisions"] {
            menus.insert(format!("/{folder}{part}/"), learn.clone());
        }
        menus
    }

    /// What is read from beginning to end.
    fn learn(&self) -> Value {
        let Menus { guides, locale, folder, .. } = self;
        let guide = |name: &&str| {
            let path = format!("docs/{name}{}.md", locale.suffix());
            json!({ "text": guides.title(&path).unwrap_or(name), "link": format!("/{folder}guide/{name}") })
        };
        let starts =
            STARTS.iter().map(|(name, _, _, title)| json!({ "text": title, "link": format!("/{folder}start/{name}") }));
        let project = guides.titles("project/");
        let project = project.map(|(title, page)| json!({ "text": title, "link": format!("/{folder}{page}") }));
        let decisions =
            json!({ "text": locale.pick("设计决定", "Decisions"), "link": format!("/{folder}decisions/index") });
        json!([
            { "text": locale.pick("开始", "Start"), "items": starts.collect::<Vec<_>>() },
            { "text": locale.pick("指南", "Guides"), "items": guides.subjects().map(|name| guide(&name)).collect::<Vec<_>>() },
            { "text": locale.pick("各语言的完整指南", "Guides of the languages"), "items": LANGUAGES.iter().map(guide).collect::<Vec<_>>() },
            {
                "text": locale.pick("项目（英文）", "Project"),
                "items": project.chain([decisions]).collect::<Vec<_>>(),
            },
        ])
    }

    /// What stands above every menu of the reference.
    fn overview(&self) -> Value {
        let Menus { locale, folder, .. } = self;
        json!({
            "text": locale.pick("参考", "Reference"),
            "items": [
                { "text": locale.pick("全部接口", "All operations"), "link": format!("/{folder}reference/") },
                { "text": locale.pick("回调", "Callbacks"), "link": format!("/{folder}reference/callbacks/") },
                { "text": locale.pick("文档覆盖", "Coverage"), "link": format!("/{folder}coverage") },
            ],
        })
    }

    fn resources(&self) -> Value {
        let resources = self.description.resources.iter().map(|resource| {
            let title = self.locale.pick(&resource.title, "");
            json!({ "text": format!("{} {title}", resource.resource).trim(), "link": self.link_of(resource) })
        });
        json!({ "text": self.locale.pick("资源", "Resources"), "items": resources.collect::<Vec<_>>() })
    }

    fn operations(&self, resource: &Resource) -> Value {
        let link = self.link_of(resource);
        let operations = resource.operations.iter().map(|(method, operation)| {
            json!({ "text": self.locale.pick(&operation.title, method), "link": format!("{link}{method}") })
        });
        let operations: Vec<Value> = operations.collect();
        json!({ "text": self.locale.pick(&resource.title, &resource.resource), "link": link, "items": operations })
    }

    fn callbacks(&self) -> Value {
        let Menus { locale, folder, .. } = self;
        let callbacks = self.description.callbacks.iter().map(|(name, callback)| {
            let text = locale.pick(&callback.title, name);
            json!({ "text": text, "link": format!("/{folder}reference/callbacks/{name}") })
        });
        json!({ "text": locale.pick("回调", "Callbacks"), "items": callbacks.collect::<Vec<_>>() })
    }

    fn link_of(&self, resource: &Resource) -> String {
        format!("/{}reference/{}/", self.folder, resource.resource)
    }
}
