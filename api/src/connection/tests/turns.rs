//! When a connection is read, and how long each head may take.

use super::*;

#[tokio::test]
async fn every_head_is_timed_and_nothing_else() {
    let (near, mut far) = tokio::io::duplex(1024);
    let mut connection = Connection::new(near, BOUNDS);
    for _ in 0..2 {
        far.write_all(POST.as_bytes()).await.unwrap();
        assert_eq!(read_piece(&mut connection).await, POST);
        let turn = TurnTaken::new(&connection.turn);
        let body = timeout(TIME_MAX * 2, read_piece(&mut connection)).await;
        assert!(body.is_err(), "a body is not timed here");
        far.write_all(b"{ }").await.unwrap();
        assert_eq!(read_piece(&mut connection).await, "{ }");
        connection.write_all(OK.as_bytes()).await.unwrap();
        drop(turn);
        let idle = timeout(TIME_MAX * 2, read_piece(&mut connection)).await;
        assert!(idle.is_err(), "an idle connection is not timed here");
    }
    far.write_all(b"GET").await.unwrap();
    assert_eq!(read_piece(&mut connection).await, "GET");
    assert_eq!(read_piece(&mut connection).await, "", "the head ends here");
    drop(connection);
    let mut received = String::new();
    far.read_to_string(&mut received).await.unwrap();
    let (head, body) = problem(received.strip_prefix(&OK.repeat(2)).unwrap());
    assert!(head.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{head}");
    assert!(head.contains("\r\nconnection: close\r\n"), "{head}");
    assert_eq!(body["code"], "request_timeout");
}

#[tokio::test]
async fn a_request_is_kept_until_the_one_before_it_is_answered() {
    let (near, mut far) = tokio::io::duplex(1024);
    let mut connection = Connection::new(near, BOUNDS);
    let (first, second) = (format!("{POST}{{\n"), format!("}}{GET}{GET}{POST}"));
    far.write_all(first.as_bytes()).await.unwrap();
    assert_eq!(read_piece(&mut connection).await, first);
    far.write_all(second.as_bytes()).await.unwrap();
    for expected in ["}", GET, GET, POST] {
        let read = read_piece(&mut connection);
        let turn = if expected == "}" {
            // It is read in the turn of its head.
            let early = timeout(TIME_MAX / 5, read).await;
            assert!(early.is_err(), "nobody has taken its head");
            let turn = TurnTaken::new(&connection.turn);
            assert_eq!(read_piece(&mut connection).await, expected);
            turn
        } else {
            assert_eq!(read.await, expected);
            TurnTaken::new(&connection.turn)
        };
        let next = timeout(TIME_MAX * 2, read_piece(&mut connection)).await;
        assert!(next.is_err(), "it comes too early: {next:?}");
        drop(turn);
    }
}

#[tokio::test]
async fn whoever_waits_to_read_is_woken_when_the_turn_is_over() {
    let (near, mut far) = tokio::io::duplex(1024);
    let mut connection = Connection::new(near, BOUNDS);
    far.write_all(GET.repeat(2).as_bytes()).await.unwrap();
    assert_eq!(read_piece(&mut connection).await, GET);
    let turn = TurnTaken::new(&connection.turn);
    let read = async { timeout(TIME_MAX * 2, read_piece(&mut connection)).await };
    let end = async move {
        tokio::task::yield_now().await;
        drop(turn);
    };
    let (read, ()) = tokio::join!(biased; read, end);
    assert_eq!(read.unwrap(), GET);
}

#[tokio::test]
async fn a_half_head_that_came_ahead_has_its_time_once_it_is_its_turn() {
    let (near, mut far) = tokio::io::duplex(1024);
    let mut connection = Connection::new(near, BOUNDS);
    far.write_all(format!("{GET}GET").as_bytes()).await.unwrap();
    assert_eq!(read_piece(&mut connection).await, GET);
    let turn = TurnTaken::new(&connection.turn);
    let early = timeout(TIME_MAX * 2, read_piece(&mut connection)).await;
    assert!(early.is_err(), "the client may have sent the rest");
    connection.write_all(OK.as_bytes()).await.unwrap();
    drop(turn);
    assert_eq!(read_piece(&mut connection).await, "GET");
    let late = timeout(TIME_MAX * 2, read_piece(&mut connection)).await;
    assert_eq!(late.unwrap(), "", "the head ends here");
    drop(connection);
    let mut received = String::new();
    far.read_to_string(&mut received).await.unwrap();
    let (head, _) = problem(received.strip_prefix(OK).unwrap());
    assert!(head.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{head}");
}

#[tokio::test]
async fn a_late_head_is_not_told_so_in_the_middle_of_an_answer() {
    let (near, mut far) = tokio::io::duplex(10);
    let mut connection = Connection::new(near, BOUNDS);
    let mut buffer = [0; 64];
    let write = timeout(TIME_MAX / 5, connection.write_all(OK.as_bytes())).await;
    assert!(write.is_err(), "nobody reads it");
    far.write_all(b"GET").await.unwrap();
    assert_eq!(connection.read(&mut buffer).await.unwrap(), 3);
    let late = connection.read(&mut buffer).await.unwrap_err();
    assert_eq!(late.kind(), io::ErrorKind::TimedOut);
}
