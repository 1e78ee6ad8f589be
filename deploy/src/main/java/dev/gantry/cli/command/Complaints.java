package dev.gantry.cli.command;

import dev.gantry.cli.client.ApiException;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Prints what went wrong as what, why and what to do, and chooses the exit code. */
final class Complaints {

    private final Console console;
    private final boolean verbose;

    Complaints(Console console, boolean verbose) {
        this.console = console;
        this.verbose = verbose;
    }

    int parameters(ParameterException e, String[] words) {
        CommandLine line = e.getCommandLine();
        String path = line.getCommandSpec().qualifiedName();
        List<String> near = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String why = near.isEmpty()
                ? ""
                : "did you mean " + String.join(" or ", near.stream().limit(3).toList()) + "?";
        return print(new Failure(Exit.INVALID, String.valueOf(e.getMessage()), why, path + " --help"), e);
    }

    int execution(Exception e, CommandLine line, ParseResult result) {
        return switch (e) {
            case Failure failure -> print(failure, e);
            case ApiException refused -> print(failure(refused), e);
            case InterruptedException _ -> Exit.INTERRUPTED.code();
            default ->
                print(
                        new Failure(
                                Exit.ERROR,
                                line.getCommandSpec().qualifiedName() + " met a bug",
                                e.toString(),
                                verbose
                                        ? "report it with the trace below"
                                        : "run it again with -v and report what it prints"),
                        e);
        };
    }

    static Failure failure(ApiException e) {
        String id = e.requestId().isEmpty() ? "" : " (request " + e.requestId() + ")";
        return new Failure(exit(e), e.operation() + " was refused: " + e.code(), e.text() + id, remedy(e));
    }

    private static Exit exit(ApiException e) {
        return switch (e.code()) {
            case "AccessDeniedException",
                    "UnrecognizedClientException",
                    "InvalidSignatureException",
                    "SignatureDoesNotMatch",
                    "MissingAuthenticationTokenException",
                    "IncompleteSignatureException",
                    "ExpiredTokenException" -> Exit.NOT_AUTHORISED;
            case "ClusterNotFoundException",
                    "ServiceNotFoundException",
                    "ResourceNotFoundException",
                    "TargetNotFoundException" -> Exit.NOT_FOUND;
            case "InvalidParameterException", "SerializationException", "ValidationException", "Invalid" ->
                Exit.INVALID;
            case "ConflictException", "ResourceInUseException", "UpdateInProgressException" -> Exit.CONFLICT;
            default ->
                switch (e.status()) {
                    case 401, 403 -> Exit.NOT_AUTHORISED;
                    case 404 -> Exit.NOT_FOUND;
                    case 409 -> Exit.CONFLICT;
                    default -> Exit.ERROR;
                };
        };
    }

    private static String remedy(ApiException e) {
        return switch (exit(e)) {
            case NOT_AUTHORISED -> "check the key (eval \"$(gantry env)\") and the clock (gantry doctor)";
            case NOT_FOUND -> "see what there is: gantry get clusters, gantry get services";
            case INVALID -> "correct the request; the ECS API reference says what the field may hold";
            case CONFLICT -> "wait until what is under way has ended, then try again";
            default ->
                e.status() == 429 || e.status() >= 500 || e.code().equals("ThrottlingException")
                        ? "try again in a moment; gantry doctor says more"
                        : "";
        };
    }

    private int print(Failure failure, Exception e) {
        console.err().print(failure.lines());
        if (verbose) {
            e.printStackTrace(console.err());
        }
        console.err().flush();
        return failure.exit().code();
    }
}
