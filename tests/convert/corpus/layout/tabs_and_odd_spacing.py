def test_tabs( client ):
	response=client.get( "/health" )
	assert response . status_code==200
	assert(client.get("/health").json( ))=={ 'status':'healthy' }
