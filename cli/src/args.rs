//! The commands, and what each of them is given.

use clap::{Parser, Subcommand};

use crate::account::{self, AccountFlags};
use crate::failure::Failure;
use crate::output::Output;
use crate::{call, callback, completions, demo, doctor, mcp, mock, operations, parse, ping, request, sign, upload};

const EXIT_CODES: &str = "Exit codes 退出码: 0 it went well 成功; 1 it failed, and stderr says why 失败; \
    2 the command line is not understood 命令行有误.\n\
    Errors are words where a person reads them, and one line of JSON with --json, or where neither stdout nor stderr is a \
    terminal. 终端上的错误为文字；使用 --json 或两个输出均非终端时为一行 JSON。";

/// The BaijiaYun server API from the shell 百家云服务端接口命令行工具
#[derive(Debug, Parser)]
#[command(name = "bjy", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    account: AccountFlags,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List all operations, or show one in detail 列出全部接口或查看某个接口
    Operations(operations::Args),
    /// Show a signed request without sending it 生成签名后的请求但不发送
    Request(request::Args),
    /// Read an answer from standard input and print its data 解析接口返回的数据
    Parse(parse::Args),
    /// Compute a signature, or explain a wrong one 计算签名或排查签名错误
    Sign(sign::Args),
    /// Call an operation and print its data 调用接口
    Call(call::Args),
    /// List the accounts by name, without keys 列出已配置的账号
    Accounts(account::list::Args),
    /// Say whether domain, account, key and clock are right 检查账号、密钥与时钟
    Ping(ping::Args),
    /// Upload videos, going on where an earlier run broke off, or documents 上传视频或课件
    Upload(upload::Args),
    /// Take, check, send and list callbacks 回调
    Callback(callback::Args),
    /// Ask the account which of the guessed paths exist 探测哪些猜测的路径真实存在
    Doctor(doctor::Args),
    /// Serve a double of the service on this machine 启动本地模拟服务
    Mock(mock::Args),
    /// Serve agents: a server of the Model Context Protocol on standard input and output 供智能体使用的 MCP 服务
    Mcp(mcp::Args),
    /// Run a whole course against the mock: class, callbacks, reports, video 演示完整流程
    Demo,
    /// Print a completion script for a shell 生成命令补全脚本
    Completions(completions::Args),
}

impl Cli {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Cli { account, output, command } = self;
        match command {
            Command::Operations(args) => operations::run(&args, output),
            Command::Request(args) => request::run(&args, account, output),
            Command::Parse(args) => parse::run(&args, output),
            Command::Sign(args) => sign::run(args, account, output),
            Command::Call(args) => call::run(&args, account, output),
            Command::Accounts(_) => account::list::run(account, output),
            Command::Ping(args) => ping::run(&args, account, output),
            Command::Upload(args) => upload::run(&args, account, output),
            Command::Callback(args) => callback::run(args, account, output),
            Command::Doctor(args) => doctor::run(&args, account, output),
            Command::Mock(args) => mock::run(&args, account, output),
            Command::Mcp(args) => mcp::run(&args, account),
            Command::Demo => demo::run(output),
            Command::Completions(args) => completions::run(&args, output),
        }
    }
}
