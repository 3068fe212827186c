/** The version of the package. */
export const version = "0.1.0";

/** The version of the session's messages. */
export const sessionProtocol = 1;
