//! `bjy mcp`: what this tool knows and does, for agents that speak the Model Context Protocol.

mod arguments;
mod input;
mod tools;

use baijiayun::Client;
use rmcp::ServiceExt;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer, ServerInitializeError};
use tokio::sync::OnceCell;

use crate::account::{AccountFlags, Settings};
use crate::failure::Failure;
use crate::runtime;
use tools::Tool;

#[derive(Debug, clap::Args)]
#[command(after_help = "For example 例如:\n  claude mcp add baijiayun -- bjy mcp --account school\n\
    The account is looked for when a tool first needs it. Its key is in no answer. Without --allow-writes operations that \
    only read are called, and nothing is signed that the service would still take: a signature does not name its operation.")]
pub(crate) struct Args {
    /// Agents may also call what changes something, and have anything signed 允许调用会修改数据的接口
    #[arg(long)]
    allow_writes: bool,
}

pub(crate) fn run(args: &Args, flags: AccountFlags) -> Result<(), Failure> {
    let server = Server { allow_writes: args.allow_writes, flags, settings: OnceCell::new(), client: OnceCell::new() };
    runtime::block_on(async {
        let failed = |error: String| Failure::new("mcp", error);
        let (input, output) = rmcp::transport::stdio();
        let service = server.serve((input::readable(input), output)).await.map_err(|error| failed(greeting(error)))?;
        service.waiting().await.map(drop).map_err(|error| failed(format!("the client is gone: {error}")))
    })
}

/// Why there is no client, without the types that the protocol's errors are made of.
fn greeting(error: ServerInitializeError) -> String {
    let why = match error {
        ServerInitializeError::ExpectedInitializeRequest(_) => "it has to begin with initialize".to_owned(),
        ServerInitializeError::ConnectionClosed(_) => "it closed the connection before it had begun".to_owned(),
        ServerInitializeError::TransportError { error, .. } => error.error.to_string(),
        other => other.to_string(),
    };
    format!("no client: {why}")
}

/// What the tools work with.
struct Server {
    allow_writes: bool,
    flags: AccountFlags,
    settings: OnceCell<Settings>,
    /// One for all calls, since it keeps the limits over them.
    client: OnceCell<Client>,
}

impl Server {
    /// The account, looked for once; after an error again, since the user may have mended what it names.
    async fn settings(&self) -> Result<Settings, Failure> {
        let found = self.settings.get_or_try_init(|| async {
            let flags = self.flags.clone();
            // It may wait for a program that tells the key.
            let found = tokio::task::spawn_blocking(|| flags.settings()).await;
            found.map_err(|error| Failure::new("internal", error.to_string()))?
        });
        found.await.cloned()
    }

    async fn client(&self) -> Result<&Client, Failure> {
        let made = self.client.get_or_try_init(|| async {
            let account = self.settings().await?.account()?;
            Ok(Client::builder(account).build()?)
        });
        made.await
    }

    /// What an agent reads. An answer of the service may repeat the key.
    fn told(&self, text: String) -> String {
        let key = self.settings.get().and_then(|settings| settings.clone().key().ok());
        let Some((_, key)) = key.filter(|(_, key)| !key.is_empty()) else { return text };
        let escaped = serde_json::to_string(&key).unwrap_or_default();
        text.replace(escaped.trim_matches('"'), "***").replace(&key, "***")
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("bjy", env!("CARGO_PKG_VERSION")))
            .with_instructions(tools::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(Tool::ALL.iter().map(|tool| tool.shown(self.allow_writes)).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let tool = Tool::ALL
            .iter()
            .find(|tool| tool.name() == request.name)
            .ok_or_else(|| ErrorData::invalid_params(format!("there is no tool named {}", request.name), None))?;
        let result = match tool.run(request.arguments.unwrap_or_default(), self).await {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(self.told(text))]),
            Err(failure) => {
                let text = serde_json::to_string(&failure).unwrap_or_default();
                CallToolResult::error(vec![ContentBlock::text(self.told(text))])
            }
        };
        Ok(result.into())
    }
}
