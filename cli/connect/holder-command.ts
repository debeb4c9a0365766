/** The command that the program calls itself by to hold a connection in the background. In no help. */
export const HOLDER_COMMAND = 'hold';
