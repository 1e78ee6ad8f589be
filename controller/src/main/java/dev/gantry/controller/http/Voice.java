package dev.gantry.controller.http;

/** How a front end says what the edge refuses in its place. */
public interface Voice {

    /** The refusal in the words and the form of the front end's protocol. */
    default HttpResponse refuse(Refusal refusal, String requestId) {
        return PlainAnswers.refuse(refusal, requestId);
    }
}
