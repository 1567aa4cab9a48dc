//! Whatever a host tells, in whatever order, the engine goes on.

use std::time::Duration;

use baijiayun_core::engine::{CallOptions, Engine, Event, Handle, Now, QuotaSettings, Settings};
use baijiayun_core::{Account, ErrorKind, Params, operation};
use proptest::prelude::*;

use super::{account, transport};

fn event() -> impl Strategy<Value = Event<'static>> {
    let body = prop_oneof![
        Just(r#"{"code":0,"data":{},"msg":""}"#.as_bytes().to_vec()),
        Just(r#"{"code":1002,"msg":"x"}"#.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop_oneof![
        (prop_oneof![Just(200_u16), Just(429), Just(503), any::<u16>()], prop::option::of(0..100_000_u64), body)
            .prop_map(|(status, after, body)| Event::Answer {
                status,
                retry_after: after.map(Duration::from_millis),
                body: body.into()
            }),
        prop_oneof![Just(ErrorKind::Connect), Just(ErrorKind::Timeout), Just(ErrorKind::Transport)].prop_map(transport),
        Just(Event::Elapsed),
        any::<i64>().prop_map(Event::Store),
        Just(Event::StoreDown),
        Just(Event::Signed("s".to_owned())),
        Just(Event::NotSigned("n".to_owned())),
    ]
}

#[derive(Debug, Clone)]
enum Input {
    Begin { operation: prop::sample::Index, filled: bool },
    Resume(u64, Event<'static>),
    Cancel(u64),
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        2 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(operation, filled)| Input::Begin { operation, filled }),
        6 => (0..12_u64, event()).prop_map(|(handle, event)| Input::Resume(handle, event)),
        1 => (0..12_u64).prop_map(Input::Cancel),
    ]
}

proptest! {
    #[test]
    fn no_order_of_inputs_makes_it_panic(
        inputs in prop::collection::vec((input(), any::<u64>(), any::<u64>()), 0..60),
        store in any::<bool>(),
        signs_here in any::<bool>(),
        requests in 0..3_u32,
    ) {
        let account = if signs_here { account() } else { Account::without_signer("demo", 1).unwrap() };
        let quota = QuotaSettings { store, requests, ..QuotaSettings::default() };
        let mut engine = Engine::new(account, Settings { quota, ..Settings::default() });
        let mut begun = 0;
        for (input, ticks, random) in inputs {
            let now = Now { unix: (ticks >> 1) as i64, ticks, random };
            match input {
                Input::Begin { operation, filled } => {
                    let operation = &operation::all()[operation.index(operation::all().len())];
                    let mut params = Params::new();
                    for param in operation.params.iter().filter(|_| filled) {
                        params.set(param.name, "1");
                    }
                    engine.begin(operation, &params, CallOptions::default(), now);
                    begun += 1;
                }
                Input::Resume(handle, event) => drop(engine.resume(Handle(handle), event, now)),
                Input::Cancel(handle) => engine.cancel(Handle(handle)),
            }
            prop_assert!(engine.calls() <= begun);
        }
    }
}
