/// What a peer may make SRTP keep.
public enum Limits {
}
