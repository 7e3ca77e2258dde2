%% Erlang's ssl as a TLS client over a batch of cases.
%% stdin: position|roots.pem|chain.pem|host|seconds|port    stdout: position|verdict|error|

main(_) ->
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(ssl),
    lines().

lines() ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            [Number, Roots, _, Host, _, Port] = string:split(string:trim(Line), "|", all),
            {Verdict, Error} = judge(Roots, Host, list_to_integer(Port)),
            io:format("~s|~s|~s|~n", [Number, Verdict, Error]),
            lines()
    end.

judge(Roots, Host, Port) ->
    Options = [{verify, verify_peer}, {cacertfile, Roots}, {server_name_indication, Host}],
    Before = processes(),
    Self = self(),
    spawn(fun() -> Self ! {answer, connect(Port, Options)} end),
    receive
        {answer, Answer} -> Answer
    after 3000 -> %% served CAs in a circle keep the connection's process busy for ever
        [exit(Process, kill) || Process <- processes() -- Before],
        {"cannot", "no end"}
    end.

connect(Port, Options) ->
    case catch ssl:connect("127.0.0.1", Port, Options, 3000) of
        {ok, Socket} -> ssl:close(Socket), {"accept", ""};
        {error, {tls_alert, {Alert, Text}}} -> {"reject", flat({Alert, Text})};
        Other -> {"cannot", flat(Other)}
    end.

flat(Term) ->
    [C || C <- lists:flatten(io_lib:format("~0p", [Term])), C =/= $|, C =/= $\n].
