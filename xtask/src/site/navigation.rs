//! What the menus of the site hold, for `site/.vitepress/config.mts`.

use baijiayun_api::Description;
use serde_json::{Value, json};

use super::guides::{Guides, LANGUAGES};
use super::locale::Locale;
use super::start::STARTS;

pub fn all(description: &Description, guides: &Guides, has_explorer: bool) -> Value {
    let of = |locale: Locale| {
        let folder = locale.folder();
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
        let subjects: Vec<Value> = guides.subjects().map(|name| guide(&name)).collect();
        let learn = json!([
            { "text": locale.pick("开始", "Start"), "items": starts.collect::<Vec<_>>() },
            { "text": locale.pick("指南", "Guides"), "items": subjects },
            { "text": locale.pick("各语言的完整指南", "Guides of the languages"), "items": LANGUAGES.iter().map(guide).collect::<Vec<_>>() },
            {
                "text": locale.pick("项目（英文）", "Project"),
                "items": project.chain([decisions]).collect::<Vec<_>>(),
            },
        ]);
        let resources = description.resources.iter().map(|resource| {
            let link = format!("/{folder}reference/{}/", resource.resource);
            json!({ "text": format!("{} {}", resource.resource, locale.pick(&resource.title, "")).trim(), "link": link })
        });
        let overview = json!({
            "text": locale.pick("参考", "Reference"),
            "items": [
                { "text": locale.pick("全部接口", "All operations"), "link": format!("/{folder}reference/") },
                { "text": locale.pick("回调", "Callbacks"), "link": format!("/{folder}reference/callbacks/") },
                { "text": locale.pick("文档覆盖", "Coverage"), "link": format!("/{folder}coverage") },
            ],
        });
        let all = json!([
            overview,
            { "text": locale.pick("资源", "Resources"), "items": resources.collect::<Vec<_>>() },
        ]);
        let mut menus = serde_json::Map::new();
        for resource in &description.resources {
            let resource_link = format!("/{folder}reference/{}/", resource.resource);
            let items: Vec<Value> = resource
                .operations
                .iter()
                .map(|(method, operation)| {
                    let text = locale.pick(&operation.title, method);
                    json!({ "text": text, "link": format!("{resource_link}{method}") })
                })
                .collect();
            let title = locale.pick(&resource.title, &resource.resource);
            menus.insert(
                resource_link.clone(),
                json!([overview, { "text": title, "link": resource_link, "items": items }]),
            );
        }
        let callbacks: Vec<Value> = description
            .callbacks
            .iter()
            .map(|(name, callback)| {
                let text = locale.pick(&callback.title, name);
                json!({ "text": text, "link": format!("/{folder}reference/callbacks/{name}") })
            })
            .collect();
        menus.insert(
            format!("/{folder}reference/callbacks/"),
            json!([overview, { "text": locale.pick("回调", "Callbacks"), "items": callbacks }]),
        );
        menus.insert(format!("/{folder}reference/"), all.clone());
        menus.insert(format!("/{folder}coverage"), all);
        for part in ["start", "guide", "project", "decisions"] {
            menus.insert(format!("/{folder}{part}/"), learn.clone());
        }
        let mut nav = vec![
            json!({ "text": locale.pick("开始", "Start"), "link": format!("/{folder}start/javascript"), "activeMatch": format!("/{folder}start/") }),
            json!({ "text": locale.pick("指南", "Guides"), "link": format!("/{folder}guide/signing"), "activeMatch": format!("/{folder}guide/") }),
            json!({ "text": locale.pick("接口参考", "Reference"), "link": format!("/{folder}reference/"), "activeMatch": format!("/{folder}reference/") }),
            json!({ "text": locale.pick("文档覆盖", "Coverage"), "link": format!("/{folder}coverage") }),
        ];
        if has_explorer {
            nav.push(json!({ "text": locale.pick("接口调试", "Explorer"), "link": format!("/{folder}explorer") }));
        }
        json!({ "nav": nav, "sidebar": menus })
    };
    json!({ "zh": of(Locale::Chinese), "en": of(Locale::English) })
}
