package dev.gantry.controller.ecs;

/** Makes the tokens with which a caller asks for the next page, and checks the ones that come back. */
public interface PageCodec {

    /** A token for what follows {@code position} in the answer to this query. */
    String issue(String operation, String query, String position);

    /** The position in a token that was issued for the same operation and query; any other token is refused. */
    String position(String operation, String query, String token);
}
