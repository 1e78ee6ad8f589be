package dev.gantry.controller.aws;

/**
 * Who calls, as the signature proved.
 *
 * @param account twelve digits
 * @param region of the signature's scope
 * @param principalArn for example {@code arn:aws:iam::000000000000:root}
 * @param requestId told to the client with the answer
 */
public record Caller(String account, String region, String principalArn, String requestId) {}
