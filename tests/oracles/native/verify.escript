%% Erlang's ssl as a TLS client over a batch of cases.
%% stdin: position|roots.pem|chain.pem|host|seconds|port    stdout: position|verdict|error|
%%
%% Two roots of one name lie in a table whose order differs in every connection: such cases are asked several times,
%% and what varies is no answer.

-define(TIMES, 6).

main(_) ->
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(ssl),
    lines().

lines() ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            [Number, Roots, _, Host, _, Port] = string:split(string:trim(Line), "|", all),
            {Verdict, Error} = repeated(Roots, Host, list_to_integer(Port)),
            io:format("~s|~s|~s|~n", [Number, Verdict, Error]),
            lines()
    end.

repeated(File, Host, Port) ->
    {ok, Pem} = file:read_file(File),
    Roots = [Der || {'Certificate', Der, not_encrypted} <- public_key:pem_decode(Pem)],
    Names = [subject(Der) || Der <- Roots],
    Times = case length(lists:usort(Names)) of N when N < length(Names) -> ?TIMES; _ -> 1 end,
    Answers = [judge(Roots, Host, Port) || _ <- lists:seq(1, Times)],
    case lists:usort([Verdict || {Verdict, _} <- Answers]) of
        [_] -> hd(Answers);
        _ -> {"cannot", "the order of the roots decides"}
    end.

subject(Der) ->
    {_, Name} = public_key:pkix_subject_id(Der),
    string:casefold(io_lib:format("~p", [[V || [{_, _, {_, V}}] <- element(2, Name)]])).

judge(Roots, Host, Port) ->
    Options = [{verify, verify_peer}, {cacerts, Roots}, {server_name_indication, Host}],
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
